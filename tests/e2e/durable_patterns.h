// Patterns that a server was given and must still have after whatever happened.
#pragma once

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/e2e/process_fixture.h"

namespace recourse {

class DurablePatternsTest : public ServerProcessTest {
 protected:
  // Safe to call from several threads at once.
  static std::string MessageFor(const std::string& pattern_id) {
    return absl::StrCat("durable ", pattern_id, ".");
  }

  grpc::Status TryAdd(const std::string& pattern_id,
                      const std::string& description = "") {
    v1::AddErrorPatternRequest request;
    v1::ErrorPattern& pattern = *request.mutable_pattern();
    pattern.set_pattern_id(pattern_id);
    pattern.set_description(description);
    pattern.set_error_type(v1::ERROR_TYPE_CUSTOM);
    pattern.set_regex_pattern(absl::StrCat("durable ", pattern_id, "\\b"));
    pattern.set_recovery_strategy(v1::RECOVERY_STRATEGY_RETRY);
    grpc::ClientContext call;
    SetDeadline(call);
    v1::AddErrorPatternResponse response;
    return stub_->AddErrorPattern(&call, request, &response);
  }

  std::set<std::string> UserPatterns() {
    std::set<std::string> ids;
    v1::ListErrorPatternsRequest request;
    request.set_page_size(1000);
    request.set_origin(v1::PATTERN_ORIGIN_USER);
    do {
      const auto page =
          Call(*stub_, &OrchestratorStub::ListErrorPatterns, request);
      for (const auto& pattern : page.patterns()) {
        ids.insert(pattern.pattern_id());
      }
      request.set_page_token(page.next_page_token());
    } while (!request.page_token().empty());
    return ids;
  }

  void ExpectAllDecide(const std::set<std::string>& patterns) {
    EXPECT_THAT(patterns, ::testing::IsSubsetOf(UserPatterns()));
    for (const std::string& id : patterns) {
      v1::RecoveryContext context;
      context.mutable_error()->set_message(MessageFor(id));
      v1::RecoveryResult result;
      ASSERT_TRUE(TryHandle(context, &result).ok());
      ASSERT_EQ(result.classification().pattern_id(), id);
    }
  }
};

}  // namespace recourse
