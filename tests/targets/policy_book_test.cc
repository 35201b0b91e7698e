// Policies as they are kept and asked.
#include "server/targets/policy_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "server/wire/errors.h"
#include "tests/store/temp_directory.h"

namespace recourse {
namespace {

using testing::ElementsAre;

class PolicyBookTest : public testing::Test {
 protected:
  void SetUp() override { Restart(); }

  void Restart() {
    book_.reset();
    store_.reset();
    store_ = *OpenStore("sqlite:" + directory_.File("db"));
    auto opened = PolicyBook::Open(store_.get(), [this] { ++changes_; });
    ASSERT_TRUE(opened.ok()) << opened.status();
    book_ = *std::move(opened);
  }
  void Set(const std::string& id, const std::string& glob,
           const std::string& ns = "") {
    v1::SetTargetPolicyRequest request;
    request.mutable_policy()->set_policy_id(id);
    request.mutable_policy()->set_target(glob);
    request.mutable_policy()->set_namespace_(ns);
    const auto set = book_->Set(request, absl::Now());
    EXPECT_TRUE(set.ok()) << set.status();
  }
  absl::Status Delete(const std::string& id) {
    v1::DeleteTargetPolicyRequest request;
    request.set_policy_id(id);
    return book_->Delete(request);
  }
  std::string InForce(const std::string& target) {
    return book_->Lookup("default", target)->policy_id;
  }
  std::vector<std::string> Ids() {
    std::vector<std::string> ids;
    for (const auto& policy : book_->List()) ids.push_back(policy.policy_id());
    return ids;
  }

  TempDirectory directory_;
  std::atomic<int> changes_ = 0;
  std::unique_ptr<Store> store_;
  std::unique_ptr<PolicyBook> book_;
};

TEST_F(PolicyBookTest, TheMostSpecificIsInForce) {
  Set("all", "*");
  Set("dbs", "db/*");
  Set("one", "db/a");
  Set("ours", "db/*", "default");
  EXPECT_EQ(changes_, 4);
  EXPECT_EQ(InForce("db/a"), "ours");
  ASSERT_TRUE(Delete("ours").ok());
  EXPECT_EQ(InForce("db/a"), "one");
  EXPECT_EQ(InForce("db/b"), "dbs");
  EXPECT_EQ(InForce("x"), "all");
  EXPECT_EQ(ReasonOf(Delete("ours")), "POLICY_NOT_FOUND");

  // One changes what it is for.
  Set("one", "db/b");
  EXPECT_EQ(InForce("db/a"), "dbs");
  EXPECT_EQ(InForce("db/b"), "one");
  for (int restarts = 0; restarts < 2; ++restarts) {
    EXPECT_THAT(Ids(), ElementsAre("all", "dbs", "one"));
    EXPECT_EQ(InForce("db/b"), "one");
    Restart();
  }
}

TEST_F(PolicyBookTest, WhatDoesNotDecodeIsNotInForce) {
  Set("all", "*");
  Set("one", "db/a");
  ASSERT_TRUE(store_->Commit({.ops = {{"policies/one", "\xff"}}}).ok());
  Set("other", "other");  // Told after that.
  EXPECT_EQ(InForce("db/a"), "all");
  EXPECT_THAT(Ids(), ElementsAre("all", "other"));
}

}  // namespace
}  // namespace recourse
