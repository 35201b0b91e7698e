#include "client/cli/labelled_failures.h"

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "client/cli/context.h"
#include "client/cli/line_findings.h"
#include "client/cli/terminal.h"
#include "server/wire/context.h"

namespace recourse::cli {

absl::Status ForEachLabelled(
    const std::string& path,
    absl::FunctionRef<void(const LabelledError&, const Failure&)> use) {
  std::ifstream in;
  if (absl::Status s = OpenErrors(path, in); !s.ok()) return s;
  std::istringstream no_input;
  std::ostringstream out, err;
  Context context(no_input, out, err, Terminal{});
  LineFindings findings;
  ErrorReader reader(in, path, findings, context);
  while (true) {
    const absl::StatusOr<std::optional<LabelledError>> error =
        reader.NextLabelled();
    if (!error.ok()) return error.status();
    if (!error->has_value()) return absl::OkStatus();
    auto asked = std::make_shared<v1::RecoveryContext>();
    *asked->mutable_error() = (*error)->error;
    const auto request = ParseContext(std::move(asked));
    if (!request.ok()) {
      return absl::Status(request.status().code(),
                          absl::StrCat(path, ":", (*error)->line, ": ",
                                       request.status().message()));
    }
    use(**error, request->failure);
  }
}

}  // namespace recourse::cli
