// policies list, get, resolve, set, delete.

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/client/cli_fixture.h"

namespace recourse {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class CliPoliciesTest : public CliFixture {};

constexpr char kDb[] = R"({
  policy_id: "db" target: "postgres/*" revision: 7 description: "slow disks"
  breaker { consecutive_failures: 3 failure_rate: 0.25 min_calls: 40
            window { seconds: 30 } }
  retry_budget { retry_ratio: 0.1 min_retries_per_second: 2.5 }
  pacing { max_retry_rate: 50 }
  update_time { seconds: 3661 } })";

TEST_F(CliPoliciesTest, ListIsATableOrJson) {
  const std::string all = std::string("policies ") + kDb + R"(policies {
    policy_id: "llm" namespace: "prod" target: "openai/*"
    breaker { consecutive_failures: 0 failure_rate: 0.5 min_calls: 20
              window { seconds: 10 } }
    retry_budget { retry_ratio: 0.2 min_retries_per_second: 10 } })";
  for (int i = 0; i < 2; ++i) server.policies.ListTargetPolicies_.Answer(all);
  EXPECT_EQ(Cli({"policies", "list"}).out,
            "POLICY  NAMESPACE  TARGET      OPENS AT                     "
            "  RETRIES         PACE  DESCRIPTION\n"
            "db      -          postgres/*  3 in a row, 25 % of 40 in 30s"
            "  10 % and 2.5/s  50/s  slow disks\n"
            "llm     prod       openai/*    50 % of 20 in 10s            "
            "  20 % and 10/s      -\n");
  const auto json =
      nlohmann::json::parse(Cli({"policies", "list", "--json"}).out);
  ASSERT_THAT(json["policies"], SizeIs(2));
  EXPECT_EQ(json["policies"][0]["breaker"]["failure_rate"], 0.25);
  server.policies.ListTargetPolicies_.Answer("");
  EXPECT_EQ(Cli({"policies", "list"}).out,
            "No policies: every target has the defaults.\n");
}

TEST_F(CliPoliciesTest, WhatGetPrintsSetReads) {
  server.policies.GetTargetPolicy_.Answer(std::string("policy ") + kDb);
  const CliResult got = Cli({"policies", "get", "db"});
  ASSERT_EQ(got.exit_code, 0) << got.err;
  EXPECT_THAT(got.out, StartsWith("# updated  1970-01-01T01:01:01Z\n"
                                  "policies:\n"));
  EXPECT_EQ(server.policies.GetTargetPolicy_.requests()[0].policy_id(), "db");

  for (int i = 0; i < 2; ++i) server.policies.SetTargetPolicy_.Answer("");
  const CliResult set = Cli({"policies", "set", File("got.yaml", got.out)});
  EXPECT_EQ(set.exit_code, 0) << set.err;
  EXPECT_EQ(set.out, "db set for postgres/*\n");
  const auto requests = server.policies.SetTargetPolicy_.requests();
  ASSERT_THAT(requests, SizeIs(2));
  EXPECT_TRUE(requests[0].validate_only());
  EXPECT_FALSE(requests[1].validate_only());
  v1::TargetPolicy expected = FromText<v1::TargetPolicy>(
      std::string(kDb).substr(1, std::string(kDb).size() - 2));
  expected.clear_update_time();
  EXPECT_EQ(requests[1].policy().SerializeAsString(),
            expected.SerializeAsString());
}

constexpr char kTwo[] =
    "policies:\n"
    "- {policy_id: a, target: 'a/*', idempotency: IDEMPOTENT}\n"
    "- {policy_id: b, target: b, pacing: {max_retry_rate: 5, max_hold: 2m}}\n";

TEST_F(CliPoliciesTest, SetChecksAllBeforeTheFirstIsSet) {
  const std::string file = File("two.yaml", kTwo);
  server.policies.SetTargetPolicy_.Answer("");
  server.policies.SetTargetPolicy_.Fail(
      RefusalStatus(grpc::StatusCode::ABORTED, "revision: is 9 by now",
                    "STALE_REVISION", "policy.revision"));
  const CliResult stale = Cli({"policies", "set", file});
  EXPECT_EQ(stale.exit_code, 3);
  EXPECT_THAT(stale.err, StartsWith("error: b: revision: is 9 by now\n"
                                    "  field: policy.revision\n"
                                    "  reason: STALE_REVISION\n"));
  for (const auto& request : server.policies.SetTargetPolicy_.requests()) {
    EXPECT_TRUE(request.validate_only());
  }
}

TEST_F(CliPoliciesTest, SetSaysHowFarItCame) {
  for (int i = 0; i < 3; ++i) server.policies.SetTargetPolicy_.Answer("");
  server.policies.SetTargetPolicy_.Fail(RefusalStatus(
      grpc::StatusCode::UNAVAILABLE, "the store is away", "STORE_UNAVAILABLE"));
  EXPECT_THAT(Cli({"policies", "set", File("two.yaml", kTwo)}).err,
              HasSubstr("b: the store is away (the 1 before it are set)"));
}

TEST_F(CliPoliciesTest, ADryRunSetsNothing) {
  for (int i = 0; i < 2; ++i) server.policies.SetTargetPolicy_.Answer("");
  const CliResult result =
      Cli({"policies", "set", "--dry-run", File("two.yaml", kTwo)});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "a would be set for a/*\nb would be set for b\n");
  EXPECT_THAT(server.policies.SetTargetPolicy_.requests(), SizeIs(2));
}

TEST_F(CliPoliciesTest, BadFilesAreRefusedWithoutTheServer) {
  const struct {
    const char* text;
    const char* error;
  } kRows[] = {
      {"", "no policy in"},
      {"policies: []", "no policy in"},
      {"policy: {}", ":1: "},
      {"policies:\n- {policy_id: a, target: a, breker: {}}", ":2: "},
      {"policies:\n- {policy_id: a, target: a, breaker: {window: 5}}", ":2: "},
      {"policies:\n- {target: a}", "policies[0]: policy_id: is required"},
      {"policies:\n- {policy_id: a}", "policies[0] (a): target: is required"},
      {"policies:\n- {policy_id: a, target: 'a*b'}",
       "policies[0] (a): target: may have a * at its end only"},
      {"policies:\n- {policy_id: a, target: a}\n"
       "- {policy_id: b, target: b, breaker: {failure_rate: 2}}",
       "policies[1] (b): breaker.failure_rate: "},
      {"policies:\n- {policy_id: b, target: b, retry_budget: {ttl: 90s}}",
       "policies[0] (b): retry_budget.ttl: "},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.text);
    const CliResult result =
        Cli({"policies", "set", File("bad.yaml", row.text)});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, StartsWith("error: "));
    EXPECT_THAT(result.err, HasSubstr("bad.yaml"));
    EXPECT_THAT(result.err, HasSubstr(row.error));
  }
  const CliResult missing = Cli({"policies", "set", "/no/such/file"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_EQ(missing.err, "error: cannot read /no/such/file\n");
  EXPECT_THAT(server.policies.SetTargetPolicy_.requests(), IsEmpty());
}

TEST_F(CliPoliciesTest, ResolveSaysWhatIsInForce) {
  server.policies.ResolveTargetPolicy_.Answer(
      "policy { policy_id: \"db\" target: \"d*\" pacing { burst: 2 } }");
  server.policies.ResolveTargetPolicy_.Answer("policy { target: \"*\" }");
  EXPECT_EQ(Cli({"policies", "resolve", "db", "--namespace", "prod"}).out,
            "# in force for db: db\n"
            "policy_id: db\n"
            "target: 'd*'\n"
            "pacing:\n"
            "  burst: 2\n");
  EXPECT_THAT(Cli({"policies", "resolve", "x"}).out,
              StartsWith("# in force for x: the defaults\n"));
  EXPECT_EQ(server.policies.ResolveTargetPolicy_.requests()[0].namespace_(),
            "prod");
  server.policies.ResolveTargetPolicy_.Fail(
      RefusalStatus(grpc::StatusCode::INVALID_ARGUMENT,
                    "namespace: must be 1-63 of a-z, 0-9 and -",
                    "INVALID_FIELD", "namespace"));
  const CliResult bad = Cli({"policies", "resolve", "x", "--namespace", "A"});
  EXPECT_EQ(bad.exit_code, 3);
  EXPECT_THAT(bad.err, HasSubstr("namespace: must be 1-63"));
}

TEST_F(CliPoliciesTest, DeleteTakesARevision) {
  server.policies.DeleteTargetPolicy_.Answer("");
  EXPECT_EQ(Cli({"policies", "delete", "db", "--revision", "7"}).out,
            "db deleted\n");
  EXPECT_EQ(server.policies.DeleteTargetPolicy_.requests()[0].revision(), 7);
  server.policies.DeleteTargetPolicy_.Fail(
      RefusalStatus(grpc::StatusCode::NOT_FOUND, "there is no policy x",
                    "POLICY_NOT_FOUND", "policy_id"));
  const CliResult none = Cli({"policies", "delete", "x"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("hint: `recourse policies list`"));
}

TEST_F(CliPoliciesTest, BadUsage) {
  const std::vector<std::string> kRows[] = {
      {"policies"},
      {"policies", "get"},
      {"policies", "set"},
      {"policies", "delete", "db", "--revision", "-1"},
      {"policies", "list", "--open"},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.back());
    EXPECT_EQ(Cli(row).exit_code, 2);
  }
}

TEST_F(CliPoliciesTest, HelpShowsAnExampleAndCompletionKnowsIt) {
  for (const char* command : {"list", "get", "resolve", "set", "delete"}) {
    EXPECT_THAT(Cli({"policies", command, "--help"}).out,
                HasSubstr("Example:"));
  }
  const std::string script = Cli({"completion", "bash"}).out;
  EXPECT_THAT(script, HasSubstr("'policies') words='list get resolve set "
                                "delete"));
  EXPECT_THAT(script, HasSubstr("'policies set'|"));
}

}  // namespace
}  // namespace recourse
