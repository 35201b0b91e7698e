// What no pattern matched becomes a suggestion, the suggestion a pattern.

#include <gmock/gmock.h>

#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/example_winners.h"
#include "client/cli/pattern_lint.h"
#include "server/wire/pattern_file.h"
#include "tests/e2e/refusal.h"
#include "tests/e2e/server_fixture.h"

namespace recourse {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class SuggestionsTest : public ServerTest {
 protected:
  void SetUp() override { Start(); }

  v1::RecoveryResult HandleText(const std::string& type,
                                const std::string& message) {
    v1::RecoveryContext context;
    context.mutable_error()->set_exception_type(type);
    context.mutable_error()->set_message(message);
    return Call(*stub_, &OrchestratorStub::HandleError, context);
  }

  v1::SuggestErrorPatternsResponse Suggest(
      const v1::SuggestErrorPatternsRequest& request = {}) {
    return Call(*stub_, &OrchestratorStub::SuggestErrorPatterns, request);
  }

  int64_t MatchCount(const std::string& id) {
    v1::GetErrorPatternRequest request;
    request.set_pattern_id(id);
    return Call(*stub_, &OrchestratorStub::GetErrorPattern, request)
        .pattern()
        .match_count();
  }

  void AddPattern(const v1::ErrorPattern& pattern) {
    v1::AddErrorPatternRequest request;
    *request.mutable_pattern() = pattern;
    Call(*stub_, &OrchestratorStub::AddErrorPattern, request);
  }
};

TEST_F(SuggestionsTest, FromErrorsToAShadowPattern) {
  const auto fail = [&](int i) {
    return HandleText("acme.GlazeFault",
                      absl::StrCat("kiln ", i, " lost its glaze at tile ",
                                   7 * i, " of /srv/k", i));
  };
  for (int i = 0; i < 6; ++i) fail(i);
  HandleText("", "connection refused");  // The library knows it.
  const auto suggested = Suggest();
  EXPECT_EQ(suggested.unmatched_errors(), 6);
  ASSERT_THAT(suggested.suggestions(), SizeIs(1));
  const v1::ErrorPattern pattern = suggested.suggestions(0).pattern();
  EXPECT_EQ(suggested.suggestions(0).count(), 6);
  EXPECT_EQ(suggested.suggestions(0).unmatched_share(), 1);

  // As a file it passes `patterns test`.
  const auto sources =
      ParsePatternText("learned.yaml", PatternFileText({pattern}));
  ASSERT_EQ(sources.status(), absl::OkStatus());
  const auto report = cli::TestExamples(*sources);
  ASSERT_EQ(report.status(), absl::OkStatus());
  EXPECT_THAT(report->failures, IsEmpty());
  // And `patterns validate`.
  const auto findings = cli::LintPatterns(*sources);
  ASSERT_EQ(findings.status(), absl::OkStatus());
  EXPECT_THAT(*findings, IsEmpty());

  AddPattern(sources->front().pattern);
  const auto before = fail(100);
  EXPECT_EQ(MatchCount(pattern.pattern_id()), 1);
  EXPECT_EQ(before.classification().pattern_id(), "");
  EXPECT_THAT(Suggest().suggestions(), IsEmpty());
  EXPECT_EQ(Suggest().unmatched_errors(), 6);
}

TEST_F(SuggestionsTest, CausesCountAndNamespacesAreApart) {
  for (int i = 0; i < 5; ++i) {
    Handle(absl::StrCat("namespace: ", i < 3 ? "a" : "b",
                        "\nerror:\n  message: stage ", i,
                        " gave up\n"
                        "  causes: [{exception_type: GlazeFault, message: "
                        "'kiln ",
                        i, " is cold'}]"));
  }
  const auto all = Suggest();
  ASSERT_THAT(all.suggestions(), SizeIs(1));
  EXPECT_EQ(all.suggestions(0).pattern().regex_pattern(),
            "\\bstage \\d[\\w.,]* gave up\\s+GlazeFault: kiln \\d[\\w.,]* is "
            "cold\\b");
  v1::SuggestErrorPatternsRequest of_a;
  of_a.set_namespace_("a");
  of_a.set_min_count(3);
  EXPECT_EQ(Suggest(of_a).unmatched_errors(), 3);
  EXPECT_THAT(Suggest(of_a).suggestions(), SizeIs(1));
}

TEST_F(SuggestionsTest, SecretsAreNotLearned) {
  const struct {
    std::string before, secret, after;
  } kTexts[] = {
      {"glaze refused for ", "ann.smith@example.com", " by the kiln"},
      {"kiln login gave password=", "hunter2Hunter2", " to the wrong shelf"},
      {"kiln wants Authorization: Bearer ", "abcDEF123456ghiJKL789",
       " once more"},
      {"shelf key ", "AKIAIOSFODNN7EXAMPLE", " is not of this kiln"},
      {"kiln at postgres://app:", "s3cretPassw0rd", "@db/glazes is odd"},
      {"card ", "4111111111111111", " was not taken by the kiln"},
  };
  int matched = 0;
  for (const bool in_cause : {false, true}) {
    for (const auto& text : kTexts) {
      v1::RecoveryContext context;
      const std::string message = text.before + text.secret + text.after;
      if (in_cause) {
        context.mutable_error()->set_message("a firing was spoilt");
        context.mutable_error()->add_causes()->set_message(message);
      } else {
        context.mutable_error()->set_message(message);
      }
      for (int i = 0; i < 5; ++i) {
        const auto result =
            Call(*stub_, &OrchestratorStub::HandleError, context);
        matched += result.classification().pattern_id().empty() ? 0 : 1;
      }
    }
  }
  ASSERT_EQ(matched, 0);
  const auto response = Suggest();
  EXPECT_EQ(response.unmatched_errors(), 60);
  // The same wording in a cause is of the same group, where it is of the same
  // category.
  EXPECT_GE(response.suggestions_size(), std::size(kTexts));
  EXPECT_LE(response.suggestions_size(), 2 * std::size(kTexts));
  for (const auto& text : kTexts) {
    EXPECT_FALSE(absl::StrContains(response.DebugString(), text.secret))
        << text.secret;
  }
  // And the regexes match the errors as they were.
  int64_t count = 0;
  for (const auto& suggestion : response.suggestions()) {
    count += suggestion.count();
    AddPattern(suggestion.pattern());
  }
  EXPECT_EQ(count, 60);
  for (const auto& text : kTexts) {
    HandleText("", text.before + text.secret + text.after);
  }
  EXPECT_EQ(Suggest().unmatched_errors(), 60);
}

TEST_F(SuggestionsTest, BadRequestsNameTheField) {
  const struct {
    const char* request;
    const char* field;
  } kRows[] = {{"min_count: -1", "min_count"},
               {"min_count: 1000000001", "min_count"},
               {"max_suggestions: -1", "max_suggestions"},
               {"max_suggestions: 101", "max_suggestions"}};
  for (const auto& row : kRows) {
    grpc::ClientContext context;
    SetDeadline(context);
    v1::SuggestErrorPatternsResponse response;
    const grpc::Status status = stub_->SuggestErrorPatterns(
        &context, Parse<v1::SuggestErrorPatternsRequest>(row.request),
        &response);
    EXPECT_EQ(ReadRefusal(status), (Refused{grpc::StatusCode::INVALID_ARGUMENT,
                                            "INVALID_FIELD", row.field}));
  }
}

TEST_F(SuggestionsTest, CanBeSwitchedOff) {
  Start(Config("limits: {unmatched_groups: 0}"));
  for (int i = 0; i < 6; ++i) HandleText("", "the kiln has no glaze");
  EXPECT_THAT(Suggest().suggestions(), IsEmpty());
}

}  // namespace
}  // namespace recourse
