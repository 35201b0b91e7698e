#include "server/wire/times.h"

#include "gtest/gtest.h"

namespace recourse {
namespace {

TEST(TimesTest, StayInProtobufsRange) {
  EXPECT_EQ(ToMessage(absl::InfiniteDuration()).seconds(), 315'576'000'000);
  EXPECT_EQ(ToMessage(-absl::InfiniteDuration()).seconds(), -315'576'000'000);
  EXPECT_EQ(ToMessage(absl::Milliseconds(-1500)).seconds(), -1);
  EXPECT_EQ(ToMessage(absl::Milliseconds(-1500)).nanos(), -500'000'000);
  EXPECT_EQ(ToMessage(absl::InfiniteFuture()).seconds(), 253'402'300'799);
  EXPECT_EQ(ToMessage(absl::InfiniteFuture()).nanos(), 999'999'999);
  EXPECT_EQ(ToMessage(absl::InfinitePast()).seconds(), -62'135'596'800);
  EXPECT_EQ(ToMessage(absl::InfinitePast()).nanos(), 0);
  const google::protobuf::Timestamp before =
      ToMessage(absl::FromUnixMillis(-500));
  EXPECT_EQ(before.seconds(), -1);
  EXPECT_EQ(before.nanos(), 500'000'000);
}

TEST(TimesTest, WhatIsInRangeComesBack) {
  for (const absl::Duration duration :
       {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Milliseconds(-1500),
        absl::Hours(24 * 365), kMaxDuration, -kMaxDuration}) {
    EXPECT_EQ(FromMessage(ToMessage(duration)), duration);
  }
  for (const absl::Time time :
       {absl::UnixEpoch(), absl::FromUnixNanos(1'700'000'000'123'456'789),
        absl::FromUnixNanos(-1)}) {
    EXPECT_EQ(FromMessage(ToMessage(time)), time);
  }
}

}  // namespace
}  // namespace recourse
