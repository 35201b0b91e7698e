#include "server/incident/fingerprint.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "absl/strings/ascii.h"

namespace recourse {
namespace {

TEST(MessageTemplateTest, MasksWhatVaries) {
  struct {
    const char* message;
    const char* expected;
  } const kRows[] = {
      {"", ""},
      {"connection refused", "connection refused"},
      {"can't open user's file", "can't open user's file"},
      {"attempt 3 of 5", "attempt <num> of <num>"},
      {"took 4.5s, limit 20s", "took <num>s, limit <num>s"},
      {"1,024 bytes", "<num> bytes"},
      {"-7 degrees", "-<num> degrees"},
      {"worker17 died", "worker<num> died"},
      {"ORA-00942: table missing", "ORA-<num>: table missing"},
      {"at 2026-01-02T03:04:05.678Z x", "at <time> x"},
      {"at 2026-01-02 03:04:05,678+01:00 x", "at <time> x"},
      {"on 2026-01-02 x", "on <time> x"},
      {"12:30:59.1 x", "<time> x"},
      {"job 123e4567-e89b-12d3-a456-426614174000 lost", "job <uuid> lost"},
      {"dial tcp 10.0.0.7:5432: refused", "dial tcp <ip>: refused"},
      {"from [fe80::1ff:fe23]:443 x", "from <ip> x"},
      {"from 2001:db8:85a3:0:0:8a2e:370:7334 x", "from <ip> x"},
      {"ptr 0x7ffd1234 x", "ptr <hex> x"},
      {"commit deadbeef1 x", "commit <hex> x"},
      {"deadbeefs have no digit", "deadbeefs have no digit"},
      {"request req_8aXk29ZmQp01LkS failed", "request <id> failed"},
      {"key \"alice\" and `bob` and 'carol'", "key <str> and <str> and <str>"},
      {"name='alice' (id='b')", "name=<str> (id=<str>)"},
      {"unclosed \"quote", "unclosed \"quote"},
      {"GET /users/123/orders/a9?x=1", "GET /users/<var>/orders/<var>?x=<num>"},
      {"GET /users/123: gone", "GET /users/<var>: gone"},
      {"/var/log/app.log missing", "/var/log/app.log missing"},
      {"  many \t spaces\n here ", "many spaces here"},
      {"[REDACTED:email] refused", "[REDACTED:email] refused"},
  };
  for (const auto& row : kRows) {
    EXPECT_EQ(MessageTemplate(row.message), row.expected) << row.message;
  }
}

TEST(MessageTemplateTest, IsBounded) {
  EXPECT_EQ(MessageTemplate(std::string(5000, 'x')).size(), kMaxTemplateBytes);
  std::string numbers;
  for (int i = 0; i < 2000; ++i) numbers += "1 ";
  EXPECT_LE(MessageTemplate(numbers).size(), kMaxTemplateBytes);
}

RedactedFailure Sample() {
  RedactedFailure failure;
  failure.ns = "default";
  failure.target = "postgres/orders";
  failure.exception_type = "OperationalError";
  failure.message = "could not connect to 10.0.0.7:5432";
  failure.workflow_id = "w-1";
  return failure;
}

TEST(FingerprintTest, TakesItsFieldsAndNoOthers) {
  const RedactedFailure base = Sample();
  Classification classification;
  classification.category = Category::kConnection;
  const std::string same = Fingerprint(base, classification);
  EXPECT_EQ(same.size(), 32u);
  EXPECT_EQ(same, absl::AsciiStrToLower(same));

  struct {
    const char* what;
    std::function<void(RedactedFailure*, Classification*)> change;
    bool same;
  } const kRows[] = {
      {"address",
       [](auto* f, auto*) { f->message = "could not connect to 10.0.0.9:1"; },
       true},
      {"workflow", [](auto* f, auto*) { f->workflow_id = "w-2"; }, true},
      {"severity", [](auto*, auto* c) { c->severity = Severity::kHigh; }, true},
      {"namespace", [](auto* f, auto*) { f->ns = "other"; }, false},
      {"target", [](auto* f, auto*) { f->target = "postgres/users"; }, false},
      {"type", [](auto* f, auto*) { f->exception_type = "X"; }, false},
      {"words", [](auto* f, auto*) { f->message = "could not log in"; }, false},
      {"pattern", [](auto*, auto* c) { c->pattern_id = "p"; }, false},
      {"category", [](auto*, auto* c) { c->category = Category::kTimeout; },
       false},
  };
  for (const auto& row : kRows) {
    RedactedFailure failure = base;
    Classification changed = classification;
    row.change(&failure, &changed);
    EXPECT_EQ(Fingerprint(failure, changed) == same, row.same) << row.what;
  }
}

TEST(FingerprintTest, PatternStandsForCategory) {
  Classification a;
  a.pattern_id = "p";
  a.category = Category::kTimeout;
  Classification b = a;
  b.category = Category::kConnection;
  EXPECT_EQ(Fingerprint(Sample(), a), Fingerprint(Sample(), b));
}

TEST(FingerprintTest, FieldsDoNotRunTogether) {
  RedactedFailure a = Sample();
  a.target = "ab";
  a.exception_type = "c";
  RedactedFailure b = Sample();
  b.target = "a";
  b.exception_type = "bc";
  EXPECT_NE(Fingerprint(a, {}), Fingerprint(b, {}));
}

}  // namespace
}  // namespace recourse
