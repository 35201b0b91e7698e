#include "client/cli/input.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "server/wire/utf8.h"

namespace recourse::cli {
namespace {

using nlohmann::json;

constexpr size_t kMaxInputBytes = 1 << 20;
// The server reads so much of each end of a longer message.
constexpr size_t kInputEndBytes = 8 << 10;
constexpr size_t kMaxStateBytes = 4 << 20;

absl::StatusOr<std::string> StateText(const std::string& argument,
                                      Context& context) {
  if (argument == "-") return ReadUpTo(context.in, kMaxStateBytes + 1);
  if (argument.empty() || argument[0] != '@') return argument;
  std::ifstream file(argument.substr(1), std::ios::binary);
  std::string text = ReadUpTo(file, kMaxStateBytes + 1);
  if (file.bad() || (!file.eof() && text.empty())) {
    return absl::InvalidArgumentError(
        absl::StrCat("--state: cannot read ", argument.substr(1)));
  }
  return text;
}

}  // namespace

std::string ReadUpTo(std::istream& in, size_t max_bytes) {
  std::string text(max_bytes, '\0');
  in.read(text.data(), static_cast<std::streamsize>(max_bytes));
  text.resize(static_cast<size_t>(in.gcount()));
  return text;
}

std::string ReadMessage(std::istream& in) {
  std::string text;
  std::string block(64 << 10, '\0');
  bool cut = false;
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())),
         in.gcount() > 0) {
    text.append(block, 0, static_cast<size_t>(in.gcount()));
    if (text.size() <= kMaxInputBytes) continue;
    cut = true;
    // The ends of what was read so far: bounded, however much follows.
    text.erase(kInputEndBytes, text.size() - kMaxInputBytes / 2);
  }
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return cut ? CutMiddle(text, kInputEndBytes) : text;
}

std::string AsUtf8(std::string text, const std::string& what,
                   Context& context) {
  if (IsValidUtf8(text)) return text;
  if (!std::exchange(context.told_of_bad_utf8, true)) {
    context.Warn(absl::StrCat(what,
                              " is not all UTF-8; U+FFFD stands for each byte "
                              "that is not"));
  }
  const std::string quoted =
      json(text).dump(-1, ' ', false, json::error_handler_t::replace);
  return json::parse(quoted, nullptr, false).get<std::string>();
}

absl::Status ReadState(const std::string& argument, Context& context,
                       google::protobuf::Struct& state) {
  const absl::StatusOr<std::string> text = StateText(argument, context);
  if (!text.ok()) return text.status();
  if (text->size() > kMaxStateBytes) {
    return absl::InvalidArgumentError(
        "--state is longer than 4 MiB, which no server takes");
  }
  if (!IsValidUtf8(*text)) {
    return absl::InvalidArgumentError("--state is not UTF-8, as JSON must be");
  }
  const absl::Status status = FromJson("--state", *text, state);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      status.message(), "\nIt takes ", kStateForms, ": --state '{\"a\": 1}'"));
}

}  // namespace recourse::cli
