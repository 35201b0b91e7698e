// What people hand to the program: standard input and files.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "client/cli/context.h"
#include "google/protobuf/struct.pb.h"

namespace recourse::cli {

// Up to `max_bytes` of `in`.
std::string ReadUpTo(std::istream& in, size_t max_bytes);

// All of `in` without the last line break; of more than 1 MiB the first and the
// last 8 KiB, which is what the server would read of it.
std::string ReadMessage(std::istream& in);

// `text` with U+FFFD for each bad byte, where it is not UTF-8; `what` was it
// read from, as the warning says that is printed once per run.
std::string AsUtf8(std::string text, const std::string& what, Context& context);

// The JSON object that --state gives: itself, @FILE, or - for standard input;
// at most 4 MiB. INVALID_ARGUMENT: it cannot be read, or is none.
absl::Status ReadState(const std::string& argument, Context& context,
                       google::protobuf::Struct& state);

// Of --state, for --help.
inline constexpr char kStateForms[] = "JSON, @FILE, or - for standard input";

}  // namespace recourse::cli
