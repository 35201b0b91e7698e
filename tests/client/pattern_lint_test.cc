// patterns validate: one clean set, and for each rule what breaks it.
#include "client/cli/pattern_lint.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace recourse::cli {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// Nothing to remark.
constexpr char kClean[] = R"(patterns:
- pattern_id: full
  description: The disk is full
  error_type: NETWORK
  category: RESOURCE
  priority: 60
  regex_pattern: 'disk (?:is )?full'
  suggested_action: Free space.
  examples: {match: ['disk full', 'the disk is full'], no_match: ['disk 90 % used']}
- pattern_id: gone
  description: The disk went away
  error_type: NETWORK
  category: CONNECTION
  priority: 60
  regex_pattern: 'disk (?:was )?removed'
  suggested_action: Attach it again.
  examples: {match: ['disk removed', 'disk was removed'], no_match: ['disk 7 will be removed']}
)";

std::vector<LintFinding> Lint(const std::string& yaml) {
  const auto sources = ParsePatternText("f.yaml", yaml);
  EXPECT_TRUE(sources.ok()) << sources.status();
  if (!sources.ok()) return {};
  auto findings = LintPatterns(*sources);
  EXPECT_TRUE(findings.ok()) << findings.status();
  return findings.ok() ? *std::move(findings) : std::vector<LintFinding>();
}

// "full no-literal"
std::vector<std::string> Rules(const std::vector<LintFinding>& findings) {
  std::vector<std::string> rules;
  for (const LintFinding& finding : findings) {
    rules.push_back(absl::StrCat(finding.pattern_id, " ", finding.rule));
  }
  return rules;
}

TEST(PatternLintTest, OneChangeOneFinding) {
  const struct {
    const char* name;
    std::vector<std::pair<const char*, const char*>> changes;
    std::vector<std::string> rules;
  } kCases[] = {
      {"nothing", {}, {}},
      {"description",
       {{"  description: The disk is full\n", ""}},
       {"full no-description"}},
      {"category", {{"  category: RESOURCE\n", ""}}, {"full no-category"}},
      {"category by words",
       {{"  category: RESOURCE\n", "  labels: {category: classified}\n"}},
       {}},
      {"another label",
       {{"  category: RESOURCE\n", "  labels: {category: words}\n"}},
       {"full no-category"}},
      {"action",
       {{"  suggested_action: Free space.\n", ""}},
       {"full no-action"}},
      {"one example",
       {{"['disk full', 'the disk is full']", "['disk full']"}},
       {"full few-examples"}},
      {"no example",
       {{"match: ['disk full', 'the disk is full'], ", ""}},
       {"full few-examples"}},
      {"near miss",
       {{", no_match: ['disk 90 % used']", ""}},
       {"full no-near-miss"}},
      {"no word",
       {{"'disk (?:is )?full'", "'d\\w+ (?:is )?f\\w+'"},
        {"  priority: 60", "  priority: 40"}},
       {"full no-literal"}},
      {"one branch without a word",
       {{"'disk (?:is )?full'", "'disk (?:is )?full|\\bE\\d+'"}},
       {"full no-literal"}},
      {"every error, but under a condition",
       {{"'disk (?:is )?full'", "'(?s).*'"},
        {"  suggested_action: Free space.",
         "  suggested_action: Free space.\n  conditions: {code: ['28']}"},
        {"no_match: ['disk 90 % used']", "no_match: []"}},
       {"full no-near-miss"}},
      {"shadowed by what has the same category",
       {{"'disk (?:is )?full'", "'disk (?:is )?full|disk (?:was )?removed'"},
        {"  category: CONNECTION", "  category: RESOURCE"}},
       {"gone shadowed"}},
      {"one of two examples is not shadowed",
       {{"'disk (?:is )?full'", "'disk (?:is )?full|disk removed'"},
        {"  category: CONNECTION", "  category: RESOURCE"}},
       {}},
      {"a higher priority, not the smaller id",
       {{"'disk (?:was )?removed'",
         "'disk (?:was )?removed|disk (?:is )?full'"},
        {"  category: CONNECTION\n  priority: 60",
         "  category: CONNECTION\n  priority: 61"}},
       {"full shadowed"}},
      {"SHADOW patterns take nothing away",
       {{"'disk (?:was )?removed'",
         "'disk (?:was )?removed|disk (?:is )?full'"},
        {"  category: CONNECTION\n  priority: 60",
         "  category: CONNECTION\n  priority: 61\n  mode: SHADOW"}},
       {}},
      {"same priority, other category",
       {{"'disk (?:is )?full'", "'disk (?:is )?full|disk removed'"}},
       {"gone rank-tie"}},
      {"the one with the smaller id is told too",
       {{"'disk (?:was )?removed'", "'disk (?:was )?removed|the disk'"}},
       {"full rank-tie"}},
      {"same regex",
       {{"'disk (?:was )?removed'", "'disk (?:is )?full'"},
        {"match: ['disk removed', 'disk was removed']",
         "match: ['disk full', 'a disk is full']"},
        {"  category: CONNECTION", "  category: RESOURCE"}},
       {"gone duplicate-regex", "gone shadowed"}},
      {"same regex, other conditions",
       {{"'disk (?:was )?removed'", "'disk (?:is )?full'"},
        {"match: ['disk removed', 'disk was removed']",
         "match: ['disk full', 'a disk is full']"},
        {"  suggested_action: Attach it again.",
         "  suggested_action: Attach it again.\n  conditions: {target: [nfs]}"},
        {"  category: CONNECTION\n  priority: 60",
         "  category: CONNECTION\n  priority: 61"}},
       {}},
      {"setting without effect",
       {{"  suggested_action: Free space.",
         "  suggested_action: Free space.\n  steps: [{retry: {backoff: FIXED, "
         "factor: 3}}]"}},
       {"full no-effect"}},
      {"a channel that only the server knows",
       {{"  suggested_action: Free space.",
         "  suggested_action: Free space.\n  steps: [{escalation: {channels: "
         "[ops]}}]"}},
       {}},
      {"regex that matches everything",
       {{"'disk (?:was )?removed'", "'(?:disk was removed)?'"},
        {"'disk removed', 'disk was removed'",
         "'disk was removed', 'x disk was removed'"},
        {"  category: CONNECTION\n  priority: 60",
         "  category: RESOURCE\n  priority: 20"}},
       {"gone no-effect", "gone no-literal"}},
  };
  for (const auto& test : kCases) {
    SCOPED_TRACE(test.name);
    std::string yaml = kClean;
    for (const auto& [from, to] : test.changes) {
      ASSERT_THAT(yaml, HasSubstr(from));
      yaml.replace(yaml.find(from), strlen(from), to);
    }
    EXPECT_THAT(Rules(Lint(yaml)), ElementsAreArray(test.rules));
  }
}

TEST(PatternLintTest, FindingsNamePlaceAndOther) {
  std::string yaml = absl::StrReplaceAll(
      kClean, {{"disk (?:was )?removed'", "disk (?:was )?removed|the disk'"}});
  const auto findings = Lint(yaml);
  ASSERT_THAT(findings, SizeIs(1));
  EXPECT_EQ(findings[0].file, "f.yaml");
  EXPECT_EQ(findings[0].line, 2);
  EXPECT_EQ(findings[0].text,
            "gone (f.yaml:10) of the same priority 60 and category CONNECTION, "
            "not RESOURCE, matches \"the disk is full\" too; give one of them "
            "a higher priority");
}

TEST(PatternLintTest, OfSeveralFilesAtOnce) {
  auto sources = ParsePatternText("f.yaml", kClean);
  ASSERT_TRUE(sources.ok());
  auto more = ParsePatternText(
      "g.yaml", absl::StrReplaceAll(
                    kClean, {{"full\n", "empty\n"}, {"gone\n", "left\n"}}));
  ASSERT_TRUE(more.ok());
  sources->insert(sources->end(), more->begin(), more->end());
  const auto findings = LintPatterns(*sources);
  ASSERT_TRUE(findings.ok());
  EXPECT_THAT(Rules(*findings), testing::UnorderedElementsAre(
                                    "full duplicate-regex", "full shadowed",
                                    "left duplicate-regex", "left shadowed"));

  sources->push_back(sources->front());
  EXPECT_THAT(LintPatterns(*sources).status().message(),
              HasSubstr("full stands at f.yaml:2 too"));
}

TEST(PatternLintTest, NothingIsClean) {
  EXPECT_THAT(Lint("patterns: []\n"), IsEmpty());
}

}  // namespace
}  // namespace recourse::cli
