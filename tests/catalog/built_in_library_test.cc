// The library that the program carries, against the library as it is parsed.
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "patterns/built_in.h"
#include "recourse/internal/v1/built_in_library.pb.h"
#include "server/match/literal_requirement.h"
#include "server/match/registry.h"
#include "server/wire/pattern.h"
#include "tests/catalog/catalog_fixture.h"

namespace recourse {
namespace {

internal::v1::BuiltInLibrary ReadBuiltIn() {
  const absl::string_view bytes = BuiltInLibraryBytes();
  internal::v1::BuiltInLibrary library;
  EXPECT_TRUE(
      library.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  return library;
}

RequiredLiterals LiteralsOf(const internal::v1::BuiltInPattern& entry) {
  RequiredLiterals literals;
  for (const internal::v1::LiteralClause& clause : entry.clauses()) {
    literals.emplace_back(clause.literals().begin(), clause.literals().end());
  }
  return literals;
}

TEST(BuiltInLibraryTest, CarriesWhatWouldBeLearned) {
  const internal::v1::BuiltInLibrary library = ReadBuiltIn();
  ASSERT_GT(library.patterns_size(), 0);
  for (const internal::v1::BuiltInPattern& entry : library.patterns()) {
    const std::string& id = entry.pattern().pattern_id();
    const auto learned = ParsePattern(entry.pattern(), Origin::kLibrary);
    ASSERT_TRUE(learned.ok()) << id << ": " << learned.status();
    const RequiredLiterals literals = LiteralsOf(entry);
    EXPECT_EQ(literals, LearnRequirement(*(*learned)->regex).clauses) << id;
    const auto checked =
        ParseCheckedPattern(entry.pattern(), Origin::kLibrary, literals);
    ASSERT_TRUE(checked.ok()) << id << ": " << checked.status();
    EXPECT_EQ((*checked)->steps_hash, (*learned)->steps_hash) << id;
    EXPECT_EQ((*checked)->literals, literals) << id;
  }
}

TEST(BuiltInLibraryTest, CarriesItsLiteralsCompiled) {
  const internal::v1::BuiltInLibrary library = ReadBuiltIn();
  std::vector<SharedPattern> patterns;
  for (const internal::v1::BuiltInPattern& entry : library.patterns()) {
    const auto pattern = ParseCheckedPattern(entry.pattern(), Origin::kLibrary,
                                             LiteralsOf(entry));
    ASSERT_TRUE(pattern.ok()) << pattern.status();
    patterns.push_back(*pattern);
  }
  const auto registry = PatternRegistry::Create(std::move(patterns), 1);
  ASSERT_TRUE(registry.ok()) << registry.status();
  EXPECT_EQ((*registry)->SaveLiterals(), library.literal_index());
}

TEST_F(CatalogTest, KnownLiteralsDecideAsLearnedOnes) {
  const internal::v1::BuiltInLibrary library = ReadBuiltIn();
  CatalogOptions known;
  for (const internal::v1::BuiltInPattern& entry : library.patterns()) {
    known.library.push_back(entry.pattern());
    known.library_literals.push_back(LiteralsOf(entry));
  }
  known.library_index = library.literal_index();
  ASSERT_FALSE(known.library_index.empty());
  CatalogOptions learned;
  learned.library = known.library;
  const auto fast = Open(std::move(known));
  const auto slow = Open(std::move(learned));
  ASSERT_NE(fast, nullptr);
  ASSERT_NE(slow, nullptr);
  for (const internal::v1::BuiltInPattern& entry : library.patterns()) {
    for (const std::string& text : entry.pattern().examples().match()) {
      EXPECT_EQ(Winner(*fast, text), Winner(*slow, text)) << text;
    }
  }
}

}  // namespace
}  // namespace recourse
