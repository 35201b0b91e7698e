#include "client/cpp/error_cause.h"

#include "absl/strings/cord.h"
#include "gtest/gtest.h"

namespace recourse {
namespace {

TEST(ErrorCause, IsCarriedWithItsPayloads) {
  absl::Status cause = absl::UnavailableError("connection reset");
  cause.SetPayload("type.googleapis.com/a", absl::Cord("\x01\xff"));
  absl::Status error = absl::InternalError("still broken");
  SetCause(cause, error);
  EXPECT_EQ(CauseOf(error), cause);
  EXPECT_EQ(error.message(), "still broken");
}

TEST(ErrorCause, NoneWhereNothingElseIsSaid) {
  const absl::Status error = absl::InternalError("broken");
  EXPECT_EQ(CauseOf(error), absl::OkStatus());
  for (const absl::Status& cause :
       {absl::OkStatus(), absl::InternalError("broken")}) {
    absl::Status with_cause = error;
    SetCause(cause, with_cause);
    EXPECT_EQ(with_cause, error);
  }
}

TEST(ErrorCause, TheOneThatIsThereStays) {
  absl::Status error = absl::InternalError("broken");
  SetCause(absl::AbortedError("inner"), error);
  SetCause(absl::AbortedError("outer"), error);
  EXPECT_EQ(CauseOf(error), absl::AbortedError("inner"));
}

TEST(ErrorCause, WhatDoesNotParseIsNone) {
  absl::Status error = absl::InternalError("broken");
  error.SetPayload("recourse/cause", absl::Cord("\xff\xff"));
  EXPECT_EQ(CauseOf(error), absl::OkStatus());
}

}  // namespace
}  // namespace recourse
