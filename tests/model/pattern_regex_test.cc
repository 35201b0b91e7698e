#include "server/model/pattern_regex.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace recourse {
namespace {

TEST(PatternRegexTest, NoneUnlessOneIsGiven) {
  const PatternRegex none;
  EXPECT_TRUE(none == nullptr);
  EXPECT_EQ(none.get(), nullptr);
  EXPECT_TRUE(PatternRegex(nullptr) == nullptr);
  EXPECT_FALSE(PatternRegex(std::make_shared<const RE2>("a")) == nullptr);
}

TEST(PatternRegexTest, WhatIsCompiledIsKept) {
  const auto compiled = std::make_shared<const RE2>("a+");
  const PatternRegex regex = compiled;
  EXPECT_EQ(regex.get(), compiled.get());
  EXPECT_TRUE(RE2::FullMatch("aaa", *regex));
}

TEST(PatternRegexTest, CompiledWithTheOptionsWhenNeeded) {
  RE2::Options options;
  options.set_case_sensitive(false);
  const PatternRegex regex = PatternRegex::WhenNeeded("a+", options);
  EXPECT_FALSE(regex == nullptr);
  EXPECT_EQ(regex->pattern(), "a+");
  EXPECT_TRUE(RE2::FullMatch("AAA", *regex));
}

TEST(PatternRegexTest, CopiesAndThreadsShareOneCompilation) {
  const PatternRegex regex = PatternRegex::WhenNeeded("a+", RE2::Options());
  std::vector<const RE2*> seen(8);
  std::vector<std::thread> threads;
  for (const RE2*& mine : seen) {
    threads.emplace_back([copy = regex, &mine] { mine = copy.get(); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const RE2* const theirs : seen) EXPECT_EQ(theirs, regex.get());
}

}  // namespace
}  // namespace recourse
