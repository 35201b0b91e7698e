#include "server/wire/errors.h"

#include <fstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/error_info.pb.h"
#include "gtest/gtest.h"

namespace recourse {
namespace {

using testing::ElementsAreArray;

std::vector<std::string> GoldenReasons() {
  std::ifstream file("tests/wire/reasons.txt");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

// Every constant of namespace reason, read from the header itself: one that is
// not in the golden file fails here.
std::vector<std::string> DeclaredReasons() {
  std::ifstream file("server/wire/errors.h");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::vector<std::string> reasons;
  const std::string begin = "namespace reason {";
  size_t at = text.find(begin);
  const size_t end = text.find("}  // namespace reason");
  while ((at = text.find('"', at)) < end) {
    const size_t close = text.find('"', at + 1);
    reasons.push_back(text.substr(at + 1, close - at - 1));
    at = close + 1;
  }
  return reasons;
}

TEST(ErrorsTest, ReasonsArePublicApi) {
  EXPECT_THAT(DeclaredReasons(), ElementsAreArray(GoldenReasons()));
  EXPECT_GE(GoldenReasons().size(), 28u);
  for (const std::string& reason : GoldenReasons()) {
    EXPECT_LE(reason.size(), 63u);
    EXPECT_THAT(reason, testing::MatchesRegex("[A-Z][A-Z0-9_]+[A-Z0-9]"));
  }
}

TEST(ErrorsTest, InvalidFieldNamesTheField) {
  const absl::Status status = InvalidField("error.code", "is too long");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "error.code: is too long");
  EXPECT_EQ(ReasonOf(status), "INVALID_FIELD");
  EXPECT_EQ(FieldOf(status), "error.code");
  EXPECT_EQ(InvalidField("", "is no message").message(), "is no message");
}

TEST(ErrorsTest, DetailsAreGoogleRpcs) {
  const absl::Status status =
      WithRetryDelay(InvalidField("a.b", "is bad", reason::kTooDeep),
                     absl::Milliseconds(1500));
  const google::rpc::Status message = ToRpcStatus(status);
  EXPECT_EQ(message.code(), 3);
  EXPECT_EQ(message.message(), "a.b: is bad");
  ASSERT_EQ(message.details_size(), 3);
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(message.details(0).UnpackTo(&info));
  EXPECT_EQ(info.reason(), "STATE_TOO_DEEP");
  EXPECT_EQ(info.domain(), "recourse");
  EXPECT_EQ(info.metadata().at("field"), "a.b");
  google::rpc::BadRequest request;
  ASSERT_TRUE(message.details(1).UnpackTo(&request));
  ASSERT_EQ(request.field_violations_size(), 1);
  EXPECT_EQ(request.field_violations(0).field(), "a.b");
  EXPECT_EQ(request.field_violations(0).description(), "is bad");
  google::rpc::RetryInfo retry;
  ASSERT_TRUE(message.details(2).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(ErrorsTest, RefusalKeepsCodeAndMetadata) {
  const absl::Status status =
      Refusal(absl::StatusCode::kAborted, reason::kStaleRevision, "is 7",
              {{"revision", "7"}});
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(ToRpcStatus(status).details(0).UnpackTo(&info));
  EXPECT_EQ(info.metadata().at("revision"), "7");
  EXPECT_EQ(status.code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ReasonOf(status), "STALE_REVISION");
  EXPECT_EQ(FieldOf(status), "");
}

TEST(ErrorsTest, PlainStatusHasNoDetails) {
  const absl::Status status = absl::InternalError("x");
  EXPECT_EQ(ReasonOf(status), "");
  EXPECT_EQ(FieldOf(status), "");
  EXPECT_EQ(ToRpcStatus(status).details_size(), 0);
  EXPECT_EQ(ToRpcStatus(absl::OkStatus()).code(), 0);
}

TEST(ErrorsTest, PrefixField) {
  struct Row {
    const char* prefix;
    const char* field;
    const char* want;
  };
  for (const Row& row : {Row{"context", "error.code", "context.error.code"},
                         Row{"contexts[3]", "state", "contexts[3].state"},
                         Row{"patterns", "[2].steps", "patterns[2].steps"},
                         Row{"pattern", "", "pattern"}, Row{"", "a", "a"}}) {
    const absl::Status status = PrefixField(
        row.prefix, InvalidField(row.field, "is bad", reason::kInvalidRegex));
    EXPECT_EQ(FieldOf(status), row.want);
    EXPECT_EQ(ReasonOf(status), "INVALID_REGEX");
    EXPECT_EQ(status.message(), std::string(row.want) + ": is bad");
  }
  const absl::Status other = absl::AbortedError("x");
  EXPECT_EQ(PrefixField("context", other), other);
  EXPECT_TRUE(PrefixField("context", absl::OkStatus()).ok());
}

TEST(ErrorsTest, StoreStatusesGetReasons) {
  struct Row {
    absl::Status status;
    absl::StatusCode code;
    const char* reason;
    int details;  // RetryInfo where trying again may help.
  };
  const Row rows[] = {
      {absl::UnavailableError("x"), absl::StatusCode::kUnavailable,
       "STORE_UNAVAILABLE", 2},
      {absl::ResourceExhaustedError("x"), absl::StatusCode::kResourceExhausted,
       "STORE_FULL", 2},
      {absl::DataLossError("x"), absl::StatusCode::kDataLoss, "STORE_CORRUPT",
       1},
      {absl::InvalidArgumentError("x"), absl::StatusCode::kInternal, "INTERNAL",
       1},
      {absl::OutOfRangeError("x"), absl::StatusCode::kInternal, "INTERNAL", 1},
  };
  for (const Row& row : rows) {
    const absl::Status status = FromStore(row.status);
    EXPECT_EQ(status.code(), row.code);
    EXPECT_EQ(ReasonOf(status), row.reason);
    EXPECT_EQ(ToRpcStatus(status).details_size(), row.details) << row.status;
    EXPECT_EQ(FromStore(status), status);  // It has its reason already.
  }
  EXPECT_TRUE(FromStore(absl::OkStatus()).ok());
}

}  // namespace
}  // namespace recourse
