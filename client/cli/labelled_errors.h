// Files of errors, one per line: JSONL with or without labels, or plain text.
#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/cli/context.h"
#include "client/cli/line_findings.h"
#include "nlohmann/json.hpp"
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
  std::string target;  // What was called, where the file says it.
  Label category, strategy;
  Label retryable;  // "true" or "false".
};

// Opens `file` for an ErrorReader. NOT_FOUND: it cannot be read, or is a
// folder.
absl::Status OpenErrors(const std::string& file, std::ifstream& in);

// Reads the errors of one file. What it is given outlives it.
class ErrorReader {
 public:
  // `name` stands for the file in findings and errors.
  ErrorReader(std::istream& in, std::string name, LineFindings& findings,
              Context& context)
      : in_(in),
        name_(std::move(name)),
        findings_(findings),
        context_(context) {}

  // The next error of any line: a JSON object as log_line.h reads it, or any
  // other text as a message; nullopt: the end. Empty lines and what a logger
  // wrote below WARN are skipped; so are objects that tell no error, with a
  // finding.
  std::optional<LabelledError> Next();

  // The next line, which must be a JSON object with category, retryable and
  // strategy of known values. INVALID_ARGUMENT "NAME:LINE: what is wrong".
  absl::StatusOr<std::optional<LabelledError>> NextLabelled();

  // Lines of a logger that were below WARN.
  int64_t passed_over() const { return passed_over_; }

 private:
  // The next line that is not empty, in UTF-8; false: the end.
  bool ReadLine();
  nlohmann::json ParseLine();
  LabelledError ErrorOf(const nlohmann::json& object);

  std::istream& in_;
  const std::string name_;
  LineFindings& findings_;
  Context& context_;
  std::string text_;  // Of line_.
  bool cut_ = false;  // It was longer than kMaxLineBytes.
  int line_ = 0;
  int64_t passed_over_ = 0;
};

}  // namespace recourse::cli
