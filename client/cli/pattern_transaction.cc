#include "client/cli/pattern_transaction.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace recourse::cli {
namespace {

absl::Status At(const PatternSource& source, const absl::Status& status) {
  if (status.ok()) return status;
  return WithMessage(status, absl::StrCat(source.file, ":", source.line, ": ",
                                          source.pattern.pattern_id(), ": ",
                                          status.message()));
}

}  // namespace

PatternTransaction::PatternTransaction(Client& client, Kind kind,
                                       Context& context)
    : client_(client), kind_(kind), context_(context) {}

absl::Status PatternTransaction::Run(const std::vector<PatternSource>& sources,
                                     bool validate_only) {
  for (const PatternSource& source : sources) {
    absl::Status status = At(source, Send(source, true, validate_only));
    if (!status.ok()) return status;
  }
  if (validate_only) return absl::OkStatus();
  for (const PatternSource& source : sources) {
    const auto undo = UndoFor(source);
    absl::Status status =
        At(source, undo.ok() ? Send(source, false, true) : undo.status());
    if (status.ok()) {
      done_.push_back(*undo);
      continue;
    }
    if (done_.empty()) return status;
    const std::vector<std::string> left = TakeBack();
    return WithMessage(
        status, absl::StrCat(status.message(),
                             left.empty() ? "; nothing of the file was kept"
                                          : "; could not be taken back: ",
                             absl::StrJoin(left, ", ")));
  }
  return absl::OkStatus();
}

absl::Status PatternTransaction::Send(const PatternSource& source,
                                      bool validate_only, bool print) {
  return kind_ == Kind::kAdd
             ? SendAs<v1::AddErrorPatternRequest>(&Client::AddErrorPattern,
                                                  source, validate_only, print)
             : SendAs<v1::UpdateErrorPatternRequest>(
                   &Client::UpdateErrorPattern, source, validate_only, print);
}

template <typename Request, typename Response>
absl::Status PatternTransaction::SendAs(
    absl::StatusOr<Response> (Client::*method)(const Request&,
                                               const CallOptions&),
    const PatternSource& source, bool validate_only, bool print) {
  Request request;
  *request.mutable_pattern() = source.pattern;
  request.set_validate_only(validate_only);
  const absl::StatusOr<Response> response =
      (client_.*method)(request, CallOptions());
  if (!response.ok()) return response.status();
  if (!print) return absl::OkStatus();
  context_.PrintedAsJson(*response);
  for (const std::string& warning : response->warnings()) {
    context_.err << Styled(context_.terminal, Style::kYellow, "warning:") << ' '
                 << source.file << ':' << source.line << ": " << warning
                 << '\n';
  }
  return absl::OkStatus();
}

absl::StatusOr<PatternTransaction::Undo> PatternTransaction::UndoFor(
    const PatternSource& source) {
  Undo undo{source.pattern.pattern_id(), {}};
  if (kind_ == Kind::kAdd) return undo;
  v1::GetErrorPatternRequest request;
  request.set_pattern_id(undo.pattern_id);
  auto response = client_.GetErrorPattern(request);
  if (!response.ok()) return response.status();
  if (response->pattern().origin() == v1::PATTERN_ORIGIN_USER) {
    undo.before = std::move(*response->mutable_pattern());
    undo.before.set_revision(0);  // The change below made a newer one.
  }
  return undo;
}

std::vector<std::string> PatternTransaction::TakeBack() {
  std::vector<std::string> left;
  for (auto undo = done_.rbegin(); undo != done_.rend(); ++undo) {
    absl::Status status;
    if (undo->before.pattern_id().empty()) {
      v1::RemoveErrorPatternRequest request;
      request.set_pattern_id(undo->pattern_id);
      status = client_.RemoveErrorPattern(request).status();
    } else {
      v1::UpdateErrorPatternRequest request;
      *request.mutable_pattern() = undo->before;
      status = client_.UpdateErrorPattern(request).status();
    }
    if (!status.ok()) left.push_back(undo->pattern_id);
  }
  return left;
}

}  // namespace recourse::cli
