// Files of errors, one per line: JSONL with or without labels, or plain text.
#pragma once

#include <fstream>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse::cli {

// What a line may be longer than and still be read: the rest is cut, as the
// server would.
inline constexpr size_t kMaxLineBytes = 64 << 10;

// One label and the further values that are right too.
struct Label {
  std::string value;
  std::vector<std::string> also;

  bool Accepts(const std::string& answer) const;
};

struct LabelledError {
  int line = 0;    // In its file, from 1.
  std::string id;  // Where the file gives one.
  v1::ErrorDetails error;
  Label category, strategy;
  Label retryable;  // "true" or "false".
};

// Opens `file` for ReadError. NOT_FOUND: it cannot be read, or is a folder.
absl::Status OpenErrors(const std::string& file, std::ifstream& in);

// Reads the next error of `in`, skipping empty lines; counts lines in `line`.
// nullopt: the end. With `labels`, every line must be a JSON object with
// category, retryable and strategy of known values; without, a JSON object with
// a message, or any other text as a message. INVALID_ARGUMENT: what is wrong
// with line `line`.
absl::StatusOr<std::optional<LabelledError>> ReadError(std::istream& in,
                                                       bool labels, int& line);

}  // namespace recourse::cli
