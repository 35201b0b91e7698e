// A full disk refuses writes in clear words and takes nothing else away.

#include <atomic>
#include <thread>

#include "google/rpc/error_details.pb.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/e2e/durable_patterns.h"

namespace recourse {
namespace {

namespace health = grpc::health::v1;

constexpr char kUnavailable[] = "error: {http_status: 503}";

class FullDiskTest : public DurablePatternsTest {
 protected:
  // No file may grow by more than this.
  static constexpr size_t kRoomBytes = 256 << 10;

  void FillDisk() {
    const size_t largest =
        std::max(ReadWholeFile(dir_.File("store.db")).size(),
                 ReadWholeFile(dir_.File("store.db-wal")).size());
    process_->LimitFileSize(largest + kRoomBytes);
  }

  // Adds patterns until one is refused, which is returned.
  std::string AddUntilFull(std::set<std::string>& added, grpc::Status& status) {
    constexpr int kFarTooMany = 2000;
    const std::string description(1000, 'x');
    for (int i = 0; i < kFarTooMany; ++i) {
      const std::string id = absl::StrCat("p_", i);
      status = TryAdd(id, description);
      if (!status.ok()) return id;
      added.insert(id);
    }
    ADD_FAILURE() << "the disk never got full";
    return "";
  }

  // When the refusal asks to come back; 0 when it does not say.
  static int64_t RetryDelaySeconds(const grpc::Status& status) {
    google::rpc::Status details;
    details.ParseFromString(status.error_details());
    google::rpc::RetryInfo info;
    for (const auto& detail : details.details()) detail.UnpackTo(&info);
    return info.retry_delay().seconds();
  }

  // Reads the health of the store until it is `wanted`.
  static bool BecomesHealth(
      grpc::ClientReader<health::HealthCheckResponse>& watch,
      health::HealthCheckResponse::ServingStatus wanted) {
    health::HealthCheckResponse answer;
    while (watch.Read(&answer)) {
      if (answer.status() == wanted) return true;
    }
    return false;
  }
};

TEST_F(FullDiskTest, RefusesWritesDecidesOnAndLosesNothing) {
  StartProcess();
  grpc::ClientContext health_call;
  SetDeadline(health_call);
  health::HealthCheckRequest of_store;
  of_store.set_service("store");
  const auto store_health =
      health::Health::NewStub(channel_)->Watch(&health_call, of_store);
  EXPECT_TRUE(
      BecomesHealth(*store_health, health::HealthCheckResponse::SERVING));
  FillDisk();
  std::set<std::string> added;
  grpc::Status status;
  const std::string refused = AddUntilFull(added, status);
  EXPECT_EQ(ReadRefusal(status),
            (Refused{.code = grpc::StatusCode::RESOURCE_EXHAUSTED,
                     .reason = "STORE_FULL",
                     .field = ""}))
      << status.error_message();
  EXPECT_GT(RetryDelaySeconds(status), 0);
  EXPECT_GT(added.size(), 0u);

  // Decisions need no disk.
  EXPECT_EQ(Handle(kUnavailable).strategy_used(), v1::RECOVERY_STRATEGY_RETRY);
  ASSERT_NO_FATAL_FAILURE(ExpectAllDecide(added));
  EXPECT_EQ(UserPatterns().count(refused), 0u);
  // Each decision changes the totals, whose saving uses up the last bytes.
  std::atomic<bool> told = false;
  std::thread caller([&] {
    while (!told) Handle(kUnavailable);
  });
  EXPECT_TRUE(
      BecomesHealth(*store_health, health::HealthCheckResponse::NOT_SERVING));
  told = true;
  caller.join();

  process_->LimitFileSize(std::nullopt);
  EXPECT_TRUE(
      BecomesHealth(*store_health, health::HealthCheckResponse::SERVING));
  ASSERT_TRUE(TryAdd(refused).ok());
  added.insert(refused);
  KillProcess();
  StartProcess();
  ASSERT_NO_FATAL_FAILURE(ExpectAllDecide(added));
  EXPECT_EQ(UserPatterns(), added);
}

TEST_F(FullDiskTest, ARestartWithoutTheLimitFindsAllThatWasAcknowledged) {
  StartProcess();
  FillDisk();
  std::set<std::string> added;
  grpc::Status status;
  AddUntilFull(added, status);
  KillProcess();
  StartProcess();
  EXPECT_EQ(UserPatterns(), added);
  ASSERT_NO_FATAL_FAILURE(ExpectAllDecide(added));
}

}  // namespace
}  // namespace recourse
