#include "client/cli/match_many.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "client/cpp/status_details.h"

namespace recourse::cli {

namespace {

// As it would for any other error.
bool IsUnanswered(const absl::Status& status) {
  return IsUnreachable(status) || absl::IsUnimplemented(status);
}

}  // namespace

absl::StatusOr<std::vector<MatchAnswer>> MatchMany(
    Client& client, const std::vector<LabelledError>& errors, int parallel) {
  std::vector<MatchAnswer> answers(errors.size(),
                                   absl::CancelledError("not asked"));
  std::atomic<size_t> next = 0;
  std::atomic<bool> unanswered = false;
  const auto work = [&] {
    while (!unanswered) {
      const size_t i = next++;
      if (i >= errors.size()) return;
      v1::MatchErrorPatternRequest request;
      *request.mutable_context()->mutable_error() = errors[i].error;
      request.mutable_context()->set_target(errors[i].target);
      answers[i] = client.MatchErrorPattern(request);
      if (IsUnanswered(answers[i].status())) unanswered = true;
    }
  };
  std::vector<std::jthread> threads;
  const size_t count =
      std::min<size_t>(errors.size(), std::clamp(parallel, 1, kMaxParallel));
  for (size_t i = 0; i < count; ++i) threads.emplace_back(work);
  threads.clear();  // Joins.
  for (const MatchAnswer& answer : answers) {
    if (IsUnanswered(answer.status())) return answer.status();
  }
  return answers;
}

}  // namespace recourse::cli
