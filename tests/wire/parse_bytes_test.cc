#include <random>
#include <string>

#include "google/protobuf/stubs/logging.h"
#include "gtest/gtest.h"
#include "recourse/v1/orchestrator.pb.h"
#include "server/wire/context.h"
#include "server/wire/errors.h"
#include "tests/wire/random_message.h"
#include "tests/wire/text_proto.h"

namespace recourse {
namespace {

using google::protobuf::LogSilencer;

// The bytes of a length-delimited field.
std::string Delimited(int field, const std::string& content) {
  std::string bytes(1, static_cast<char>(field << 3 | 2));
  for (size_t length = content.size();; length >>= 7) {
    if (length < 0x80) {
      bytes += static_cast<char>(length);
      return bytes + content;
    }
    bytes += static_cast<char>(0x80 | (length & 0x7f));
  }
}

// {"a": {"a": ... }} of this many levels, as the bytes of a Struct.
std::string NestedStruct(int levels) {
  std::string bytes;
  for (int i = 1; i < levels; ++i) {
    bytes = Delimited(1, Delimited(1, "a") + Delimited(2, Delimited(5, bytes)));
  }
  return bytes;
}

// [[...]] in a Struct, levels in all.
std::string NestedList(int levels) {
  std::string list;
  for (int i = 2; i < levels; ++i) list = Delimited(1, Delimited(6, list));
  return Delimited(1, Delimited(1, "a") + Delimited(2, Delimited(6, list)));
}

constexpr int kState = 4;  // RecoveryContext.state.

struct Row {
  const char* name;
  std::string bytes;
  const char* field;
  const char* reason;
  const char* message;
};

void Check(const Row& row, google::protobuf::Message&& message) {
  SCOPED_TRACE(row.name);
  const LogSilencer quiet;
  const absl::Status status = ParseBytes(row.bytes, message);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), row.reason);
  EXPECT_EQ(FieldOf(status), row.field);
  EXPECT_NE(status.message().find(row.message), absl::string_view::npos)
      << status;
}

TEST(ParseBytesTest, RefusesBadContexts) {
  const std::string bad = "a\xff";
  const Row rows[] = {
      {"no message", "\x0f", "", "UNDECODABLE_MESSAGE", "do not decode"},
      {"field 0", std::string("\x02\x01x"), "", "UNDECODABLE_MESSAGE", ""},
      {"cut text", std::string("\x0a\x05") + "abc", "", "UNDECODABLE_MESSAGE",
       ""},
      {"cut number", "\x18\xff", "", "UNDECODABLE_MESSAGE", ""},
      {"end of a group that did not begin", "\x0c", "", "UNDECODABLE_MESSAGE",
       ""},
      {"open group", std::string(1, '\xfb') + "\x03", "", "UNDECODABLE_MESSAGE",
       ""},
      {"many open groups", std::string(200'000, '\x0b'), "",
       "UNDECODABLE_MESSAGE", ""},
      {"text", Delimited(1, bad), "workflow_id", "INVALID_UTF8",
       "is not valid UTF-8"},
      {"nested text", Delimited(6, Delimited(2, bad)), "error.message",
       "INVALID_UTF8", ""},
      {"repeated",
       Delimited(6, Delimited(9, "") + Delimited(9, Delimited(2, bad))),
       "error.causes[1].message", "INVALID_UTF8", ""},
      {"list of texts", Delimited(13, Delimited(1, "a") + Delimited(1, bad)),
       "capabilities.alternatives[1]", "INVALID_UTF8", ""},
      {"key", Delimited(6, Delimited(7, Delimited(1, bad))), "error.headers",
       "INVALID_UTF8", ""},
      {"in state",
       Delimited(kState, Delimited(1, Delimited(2, Delimited(3, bad)))),
       "state", "INVALID_UTF8", ""},
      {"deep", Delimited(kState, NestedStruct(40)), "state", "STATE_TOO_DEEP",
       "is 40 levels deep, at most 30"},
      {"very deep", Delimited(kState, NestedStruct(1000)), "state",
       "STATE_TOO_DEEP", "is 1000 levels deep"},
      {"deeper than we look", Delimited(kState, NestedStruct(3500)), "state",
       "STATE_TOO_DEEP", "is more than 33"},
      {"deep lists", Delimited(kState, NestedList(60)), "state",
       "STATE_TOO_DEEP", "is 60 levels deep"},
      {"text before depth",
       Delimited(1, bad) + Delimited(kState, NestedStruct(40)), "workflow_id",
       "INVALID_UTF8", ""},
  };
  for (const Row& row : rows) Check(row, v1::RecoveryContext());
}

TEST(ParseBytesTest, NamesTheContextOfABatch) {
  const std::string deep = Delimited(kState, NestedStruct(35));
  Check({"batch", Delimited(2, "") + Delimited(2, deep), "contexts[1].state",
         "STATE_TOO_DEEP", "35"},
        v1::HandleErrorBatch());
}

TEST(ParseBytesTest, TakesWhatIsAllowed) {
  for (const std::string& state :
       {NestedStruct(1), NestedStruct(30), NestedList(30)}) {
    const std::string bytes =
        Delimited(kState, state) + Delimited(6, Delimited(2, "x"));
    auto context = std::make_shared<v1::RecoveryContext>();
    ASSERT_TRUE(ParseBytes(bytes, *context).ok());
    EXPECT_TRUE(ParseContext(context).ok());
    v1::HandleErrorBatch batch;
    EXPECT_TRUE(ParseBytes(Delimited(2, bytes), batch).ok());
  }
}

// Just above the limit protobuf still parses; the context refuses.
TEST(ParseBytesTest, OneLevelTooMany) {
  for (const std::string& state : {NestedStruct(31), NestedList(31)}) {
    const std::string bytes =
        Delimited(kState, state) + Delimited(6, Delimited(2, "x"));
    auto context = std::make_shared<v1::RecoveryContext>();
    ASSERT_TRUE(ParseBytes(bytes, *context).ok());
    const auto request = ParseContext(context);
    EXPECT_EQ(ReasonOf(request.status()), "STATE_TOO_DEEP");
    EXPECT_EQ(FieldOf(request.status()), "state");
    EXPECT_NE(request.status().message().find("is 31 levels deep, at most 30"),
              absl::string_view::npos);
  }
}

// Hostile bytes: random ones, and messages with a few bytes changed. Whatever
// happens, protobuf and we agree on what is refused, and nothing crashes.
TEST(ParseBytesTest, SurvivesAnyBytes) {
  const LogSilencer quiet;
  std::mt19937_64 random(7);
  const auto below = [&](size_t limit) { return random() % limit; };
  std::string good;
  constexpr int kRounds = 100'000 / kRoundDivisor;
  int refused = 0;
  for (int i = 0; i < kRounds; ++i) {
    if (i % 50 == 0) {
      v1::RecoveryContext context;
      FillRandomly(context, random, {.max_depth = 5, .wild_texts = false});
      good = context.SerializeAsString();
    }
    std::string bytes = good;
    if (i % 4 == 0) {
      bytes.resize(below(64));
      for (char& c : bytes) c = static_cast<char>(random());
    } else if (!bytes.empty()) {
      for (size_t k = below(4) + 1; k > 0; --k) {
        bytes[below(bytes.size())] = static_cast<char>(random());
      }
      if (i % 4 == 1) bytes.resize(below(bytes.size()));
    }
    auto context = std::make_shared<v1::RecoveryContext>();
    const absl::Status status = ParseBytes(bytes, *context);
    refused += status.ok() ? 0 : 1;
    ASSERT_EQ(status.ok(), v1::RecoveryContext().ParseFromString(bytes));
    if (status.ok()) {
      ParseContext(context).status().IgnoreError();
    } else {
      ASSERT_FALSE(ReasonOf(status).empty());
    }
  }
  EXPECT_GT(refused, kRounds / 10);
  EXPECT_LT(refused, kRounds);
}

}  // namespace
}  // namespace recourse
