#include "server/wire/pattern_file.h"

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "google/protobuf/util/message_differencer.h"
#include "gtest/gtest.h"
#include "server/wire/pattern.h"
#include "server/wire/yaml_reader.h"
#include "tests/wire/random_message.h"
#include "tests/wire/text_proto.h"

namespace recourse {
namespace {

namespace fs = std::filesystem;
using google::protobuf::util::MessageDifferencer;
using testing::HasSubstr;
using testing::StartsWith;

class PatternFileTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) /
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(directory_);
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = directory_ / name;
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
    return path;
  }

  fs::path directory_;
};

std::string OnePattern(const std::string& id) {
  return "patterns:\n- pattern_id: " + id +
         "\n  error_type: NETWORK\n  regex_pattern: x\n";
}

// Each file says in its first line which error it must give: "# LINE: text".
TEST_F(PatternFileTest, BadFilesGiveTheirErrors) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator("tests/wire/bad_patterns")) {
    const std::string path = entry.path().string();
    SCOPED_TRACE(path);
    std::string first;
    std::getline(std::ifstream(path) >> std::ws, first);
    const absl::Status status = LoadPatternFile(path).status();
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(std::string(status.message()),
                StartsWith(path + ":" + first.substr(2)));
    const bool twice = absl::EndsWith(path, "same_id.yaml");
    EXPECT_EQ(status.code(), twice ? absl::StatusCode::kAlreadyExists
                                   : absl::StatusCode::kInvalidArgument);
    ++files;
  }
  EXPECT_GE(files, 27);
}

TEST_F(PatternFileTest, ReadsTheDesignsExample) {
  const std::string path = Write("p.yaml", R"(patterns:
- pattern_id: openai_rate_limit
  description: OpenAI asks the caller to slow down
  error_type: RATE_LIMIT
  category: RATE_LIMIT
  severity: MEDIUM
  regex_pattern: '(?i)rate limit reached for'
  conditions: {http_status: [429]}
  steps:
  - retry: {max_retries: 5, backoff: EXPONENTIAL, base_delay: 1s, factor: 2, max_delay: 60s, jitter: FULL}
  - alternative_path: {alternatives: [{name: gpt-4o-mini, target: openai/gpt-4o-mini, cost: 0.15, quality: 0.8}]}
  - escalation: {channels: [slack], assignee: ml-platform, pause_workflow: true}
  suggested_action: Wait as told, then slow down; raise the limit if it happens daily.
  examples: {match: ['Rate limit reached for gpt-4o in organization org-x on tokens per min'], no_match: ['rate limit must be > 0']}
- error_type: NETWORK
  pattern_id: second
  regex_pattern: x
)");
  const auto sources = LoadPatternFile(path);
  ASSERT_TRUE(sources.ok()) << sources.status();
  ASSERT_EQ(sources->size(), 2u);
  EXPECT_EQ((*sources)[0].line, 2);
  EXPECT_EQ((*sources)[0].file, path);
  EXPECT_EQ((*sources)[1].line, 16);
  const v1::ErrorPattern& pattern = (*sources)[0].pattern;
  EXPECT_EQ(pattern.steps_size(), 3);
  EXPECT_EQ(pattern.steps(0).retry().max_delay().seconds(), 60);
  const auto parsed = ParsePattern(pattern, Origin::kLibrary);
  ASSERT_TRUE(parsed.ok());
  EXPECT_TRUE(FailingExamples(pattern, **parsed).empty());
}

TEST_F(PatternFileTest, ReadsADirectoryInTheOrderOfNames) {
  Write("b.yml", OnePattern("b"));
  Write("a.yaml", OnePattern("a"));
  Write("notes.txt", "not yaml: [");
  Write("packs/c.yaml", OnePattern("c"));
  fs::create_directories(directory_ / "folder.yaml");
  const auto sources = LoadPatternDirectory(directory_);
  ASSERT_TRUE(sources.ok()) << sources.status();
  ASSERT_EQ(sources->size(), 2u);
  EXPECT_EQ((*sources)[0].pattern.pattern_id(), "a");
  EXPECT_EQ((*sources)[1].pattern.pattern_id(), "b");
}

TEST_F(PatternFileTest, AnIdStandsOnceInADirectory) {
  const std::string first = Write("a.yaml", OnePattern("x"));
  const std::string second = Write("b.yaml", OnePattern("x"));
  const absl::Status status = LoadPatternDirectory(directory_).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(status.message(), second +
                                  ":2: pattern_id x stands twice, first "
                                  "in " +
                                  first + ":2");
}

TEST_F(PatternFileTest, ReadingGoesOnAfterAnError) {
  const std::string first =
      Write("a.yaml",
            "patern: 1\n"
            "patterns:\n"
            "- {pattern_id: a, regex: x, severity: HUGE}\n"
            "- 3\n" +
                OnePattern("b").substr(sizeof("patterns:")));
  const std::string second = Write("b.yaml", OnePattern("b"));
  const PatternReading reading = ReadPatternDirectory(directory_);
  const std::vector<std::string> places = {
      first + ":1: unknown key patern ", first + ":3: unknown key regex ",
      first + ":3: severity: ", first + ":4: patterns: expected a mapping",
      second + ":2: pattern_id b stands twice"};
  ASSERT_EQ(reading.errors.size(), places.size());
  for (size_t i = 0; i < places.size(); ++i) {
    EXPECT_THAT(std::string(reading.errors[i].message()), HasSubstr(places[i]));
  }
  ASSERT_EQ(reading.sources.size(), 1u);
  EXPECT_EQ(reading.sources[0].pattern.pattern_id(), "b");
}

TEST_F(PatternFileTest, AFileOfErrorsOnlyIsNotReadToItsEnd) {
  std::string text = "patterns:\n";
  for (int i = 0; i < 500; ++i) text += "- {regex: x}\n";
  Write("a.yaml", text);
  EXPECT_EQ(ReadPatternDirectory(directory_).errors.size(),
            YamlNotes::kMaxErrors + 1);
}

TEST_F(PatternFileTest, OneBadFileSpoilsTheDirectory) {
  Write("a.yaml", OnePattern("x"));
  Write("b.yaml", "patterns: 3");
  EXPECT_EQ(LoadPatternDirectory(directory_).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST_F(PatternFileTest, FilesThatCannotBeRead) {
  const auto code = [](const absl::Status& status) { return status.code(); };
  EXPECT_EQ(code(LoadPatternFile(directory_ / "none.yaml").status()),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(code(LoadPatternFile(directory_).status()),
            absl::StatusCode::kNotFound);
  EXPECT_EQ(code(LoadPatternDirectory(directory_ / "none").status()),
            absl::StatusCode::kNotFound);
  EXPECT_TRUE(LoadPatternDirectory(directory_)->empty());
  const std::string dangling = directory_ / "dangling.yaml";
  fs::create_symlink("nowhere", dangling);
  EXPECT_EQ(code(LoadPatternDirectory(directory_).status()),
            absl::StatusCode::kNotFound);
  fs::remove(dangling);
  const std::string path = Write("large.yaml", std::string(1'100'000, '#'));
  EXPECT_THAT(std::string(LoadPatternFile(path).status().message()),
              HasSubstr("at most 1 MiB"));
}

TEST_F(PatternFileTest, WritesWhatItReads) {
  std::mt19937_64 random(5);
  std::vector<v1::ErrorPattern> patterns;
  for (int i = 0; i < 50; ++i) {
    v1::ErrorPattern pattern = FromText<v1::ErrorPattern>(
        "error_type: ERROR_TYPE_NETWORK regex_pattern: '(?m)^a \\\\d: #\\\"' "
        "steps { retry { base_delay { nanos: 5000000 } } } revision: 7 "
        "origin: PATTERN_ORIGIN_USER");
    pattern.set_pattern_id("p" + std::to_string(i));
    FillRandomly(*pattern.add_steps()
                      ->mutable_graceful_degradation()
                      ->mutable_fallback_value(),
                 random, {.max_depth = 3});
    patterns.push_back(pattern);
  }
  const auto sources =
      LoadPatternFile(Write("p.yaml", PatternFileText(patterns)));
  ASSERT_TRUE(sources.ok()) << sources.status();
  ASSERT_EQ(sources->size(), patterns.size());
  for (size_t i = 0; i < patterns.size(); ++i) {
    EXPECT_TRUE(MessageDifferencer::Equals((*sources)[i].pattern,
                                           WithoutOutputFields(patterns[i])));
  }
  EXPECT_TRUE(LoadPatternFile(Write("e.yaml", PatternFileText({})))->empty());
}

}  // namespace
}  // namespace recourse
