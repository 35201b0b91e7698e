// What may leave the process, and by which names.
#include "server/disclosure.h"

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

constexpr char kHidden[] = "[REDACTED:email]";

std::unique_ptr<const Redactor> Make(const RedactionOptions& options = {}) {
  return *Redactor::Create(options);
}

TEST(SiteOf, HidesSecretsAndKeepsTheRest) {
  const auto redactor = Make();
  Failure failure;
  failure.ns = "prod";
  failure.target = "smtp/ann@example.com";
  failure.quota_scope = "of bob@example.com";
  failure.caller_service = "mailer";
  failure.caller_instance = "cyd@example.com";
  const GuardedSite site = SiteOf(failure, *redactor);
  EXPECT_EQ(site.ns, "prod");
  EXPECT_EQ(site.target, absl::StrCat("smtp/", kHidden));
  EXPECT_EQ(site.quota_scope, absl::StrCat("of ", kHidden));
  EXPECT_EQ(site.service, "mailer");
  EXPECT_THAT(site.instance, StartsWith(absl::StrCat(kHidden, "~")));
  EXPECT_TRUE(site.renamed);
  failure.target = "db";
  EXPECT_FALSE(SiteOf(failure, *redactor).renamed);
}

TEST(GuardedCaller, TellsCallersApartWhoseSecretsDiffer) {
  const auto redactor = Make();
  const std::string ann = GuardedCaller("ann@example.com", *redactor);
  EXPECT_EQ(ann, GuardedCaller("ann@example.com", *redactor));
  EXPECT_NE(ann, GuardedCaller("bob@example.com", *redactor));
}

TEST(ToDisclosed, HidesWhatAStepWroteButNoChannelThatThereIs) {
  const auto redactor = Make({.patterns = {"acme-[a-z]+"}});
  EscalationAction action;
  action.assignee = "ann@example.com";
  action.channels = {"acme-oncall", "acme-secret", "bob@example.com"};
  action.include_state_keys = {"key", "acme-key"};
  action.pause_workflow = true;
  const EscalationAction disclosed =
      ToDisclosed(action, {"acme-oncall"}, *redactor);
  EXPECT_EQ(disclosed.assignee, kHidden);
  EXPECT_THAT(disclosed.channels,
              ElementsAre("acme-oncall", "[REDACTED:custom]", kHidden));
  EXPECT_THAT(disclosed.include_state_keys,
              ElementsAre("key", "[REDACTED:custom]"));
  EXPECT_TRUE(disclosed.pause_workflow);
}

TEST(StateContext, HidesKeysToo) {
  const auto redactor = Make();
  auto state = std::make_shared<JsonObject>();
  (*state->mutable_fields())["note"].set_string_value("fine");
  (*state->mutable_fields())["sk-Abc123Def456Ghi789Jkl0"].set_bool_value(true);
  Failure failure;
  failure.state = state;
  EXPECT_THAT(
      StateContext(failure, {"note", "sk-Abc123Def456Ghi789Jkl0", "none"},
                   *redactor),
      ElementsAre(std::pair("[REDACTED:vendor_key]", "true"),
                  std::pair("note", "\"fine\"")));
}

}  // namespace
}  // namespace recourse
