// What refusals look like on the wire: walks every kind there is.

#include "server/rpc/status.h"

#include <gtest/gtest.h>

#include "server/wire/errors.h"
#include "tests/e2e/refusal.h"

namespace recourse {
namespace {

TEST(ToGrpcStatus, OkStaysOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
}

TEST(ToGrpcStatus, EveryRefusalHasACodeAndAReason) {
  struct Row {
    absl::Status status;
    Refused refused;
  };
  using grpc::StatusCode;
  const Row rows[] = {
      {InvalidField("a.b", "must be 1-3"),
       {StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", "a.b"}},
      {InvalidField("regex_pattern", "missing )", reason::kInvalidRegex),
       {StatusCode::INVALID_ARGUMENT, "INVALID_REGEX", "regex_pattern"}},
      {Refusal(absl::StatusCode::kNotFound, reason::kDecisionNotFound, "gone"),
       {StatusCode::NOT_FOUND, "DECISION_NOT_FOUND", ""}},
      {DrainingStatus(), {StatusCode::UNAVAILABLE, "DRAINING", ""}},
      {OverloadedStatus(), {StatusCode::RESOURCE_EXHAUSTED, "OVERLOADED", ""}},
      // The store's own statuses have no reason yet.
      {absl::ResourceExhaustedError("disk full"),
       {StatusCode::RESOURCE_EXHAUSTED, "STORE_FULL", ""}},
      {absl::UnavailableError("busy"),
       {StatusCode::UNAVAILABLE, "STORE_UNAVAILABLE", ""}},
      {absl::DataLossError("corrupt"),
       {StatusCode::DATA_LOSS, "STORE_CORRUPT", ""}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.status.ToString());
    const grpc::Status status = ToGrpcStatus(row.status);
    EXPECT_EQ(ReadRefusal(status), row.refused);
    EXPECT_EQ(status.error_message(), row.status.message());
  }
}

// Clients take 8 KiB of metadata, in which bytes that are not ASCII may take
// three.
TEST(ToGrpcStatus, WhatItRepeatsIsCut) {
  std::string text;
  while (text.size() < 100'000) text += "é";
  for (const absl::Status& refusal :
       {InvalidField(text, text),
        Refusal(absl::StatusCode::kNotFound, reason::kPatternNotFound, text,
                {{"pattern_id", text}}),
        PrefixField("pattern", InvalidField("regex_pattern", text)),
        absl::UnavailableError(text)}) {
    const grpc::Status status = ToGrpcStatus(refusal);
    EXPECT_FALSE(ReadRefusal(status).reason.empty());
    EXPECT_LE(3 * status.error_message().size() +
                  status.error_details().size() * 4 / 3,
              7u << 10);
  }
}

}  // namespace
}  // namespace recourse
