// A user's program: recovers one operation by what a scripted server says.
#include <iostream>
#include <memory>

#include "client/cpp/recovery_runner.h"
#include "client/cpp/testing.h"

int main() {
  auto link = std::make_unique<recourse::test_mode::ScriptedLink>();
  link->Answer(recourse::test_mode::TakeAlternative("b", "search/us"));
  const auto client = recourse::Client::FromLink(
      std::move(link),
      {.clock = std::make_shared<recourse::test_mode::FakeClock>()});
  const auto answer = recourse::Run(
      *client, {.target = "search/eu"},
      [](const recourse::Attempt& attempt) -> absl::StatusOr<std::string> {
        if (attempt.target == "search/eu") {
          return absl::UnavailableError("connection reset");
        }
        return "answer of " + std::string(attempt.target);
      });
  std::cout << answer.value_or(answer.status().ToString()) << "\n";
  return answer.ok() ? 0 : 1;
}
