#include "server/housekeeping.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace recourse {
namespace {
constexpr std::chrono::seconds kPeriod(1);
}  // namespace

Housekeeping::Housekeeping(Store* store, Statistics* statistics, Guard* guard,
                           CircuitBook* circuits,
                           std::function<absl::Time()> clock,
                           std::function<void(bool available)> on_store)
    : store_(store),
      statistics_(statistics),
      guard_(guard),
      circuits_(circuits),
      clock_(std::move(clock)),
      on_store_(std::move(on_store)) {
  thread_ = std::thread([this] { Run(); });
}

Housekeeping::~Housekeeping() {
  stop_.set_value();
  thread_.join();
}

void Housekeeping::Run() {
  const std::future<void> stopped = stop_.get_future();
  bool stopping = false;
  while (!stopping) {
    // By the steady clock: Abseil's waits end at a time of the wall clock, and
    // that may be set back.
    stopping = stopped.wait_for(kPeriod) == std::future_status::ready;
    Tick();
  }
}

void Housekeeping::Tick() {
  guard_->Sweep(clock_());
  absl::Status status = store_->Ping();
  if (status.ok()) status = circuits_->Save(clock_());
  if (status.ok() && statistics_ != nullptr) {
    const int64_t changes = statistics_->changes();
    if (changes != saved_changes_) {
      status =
          store_
              ->Commit({.compares = {},
                        .ops = {{kStatisticsKey, statistics_->Save(clock_())}}})
              .status();
      if (status.ok()) saved_changes_ = changes;
    }
  }
  if (available_ == status.ok()) return;
  available_ = status.ok();
  if (!status.ok()) {
    spdlog::error("the store is not available: {}",
                  std::string(status.message()));
  }
  on_store_(status.ok());
}

}  // namespace recourse
