#include "client/cli/match_many.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "client/cpp/status_details.h"

namespace recourse::cli {

std::vector<absl::StatusOr<v1::MatchErrorPatternResponse>> MatchMany(
    Client& client, const std::vector<LabelledError>& errors, int parallel) {
  std::vector<absl::StatusOr<v1::MatchErrorPatternResponse>> answers(
      errors.size(), absl::CancelledError("not asked"));
  std::atomic<size_t> next = 0;
  std::atomic<bool> unreachable = false;
  const auto work = [&] {
    while (!unreachable) {
      const size_t i = next++;
      if (i >= errors.size()) return;
      v1::MatchErrorPatternRequest request;
      *request.mutable_context()->mutable_error() = errors[i].error;
      answers[i] = client.MatchErrorPattern(request);
      if (IsUnreachable(answers[i].status())) unreachable = true;
    }
  };
  std::vector<std::jthread> threads;
  const size_t count =
      std::min<size_t>(errors.size(), std::clamp(parallel, 1, kMaxParallel));
  for (size_t i = 0; i < count; ++i) threads.emplace_back(work);
  threads.clear();  // Joins.
  return answers;
}

}  // namespace recourse::cli
