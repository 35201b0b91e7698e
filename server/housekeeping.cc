#include "server/housekeeping.h"

#include <spdlog/spdlog.h>

#include <utility>

namespace recourse {
namespace {
constexpr absl::Duration kPeriod = absl::Seconds(1);
}  // namespace

Housekeeping::Housekeeping(Store* store, Statistics* statistics, Guard* guard,
                           CircuitBook* circuits,
                           std::function<void(bool available)> on_store)
    : store_(store),
      statistics_(statistics),
      guard_(guard),
      circuits_(circuits),
      on_store_(std::move(on_store)) {
  thread_ = std::thread([this] { Run(); });
}

Housekeeping::~Housekeeping() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  thread_.join();
}

void Housekeeping::Run() {
  bool stopping = false;
  while (!stopping) {
    {
      absl::MutexLock lock(&mu_);
      mu_.AwaitWithTimeout(absl::Condition(&stopping_), kPeriod);
      stopping = stopping_;
    }
    Tick();
  }
}

void Housekeeping::Tick() {
  guard_->Sweep(absl::Now());
  absl::Status status = store_->Ping();
  if (status.ok()) status = circuits_->Save(absl::Now());
  if (status.ok() && statistics_ != nullptr) {
    const int64_t changes = statistics_->changes();
    if (changes != saved_changes_) {
      status =
          store_
              ->Commit(
                  {.compares = {},
                   .ops = {{kStatisticsKey, statistics_->Save(absl::Now())}}})
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
