#include "server/guard/guard.h"

#include <array>
#include <limits>
#include <utility>

#include "server/guard/heap_bytes.h"
#include "server/guard/target_guard.h"
#include "server/guard/target_table.h"

namespace recourse {

namespace {
constexpr size_t kNoLimit = std::numeric_limits<size_t>::max();
}  // namespace

class Guard::Impl {
 public:
  static constexpr size_t kTables = 64;

  Impl(PolicyLookup policies, ChangeListener on_change) {
    shared.policies = std::move(policies);
    shared.on_change = std::move(on_change);
    for (auto& table : tables) table = std::make_unique<TargetTable>(&shared);
  }

  TargetTable& TableOf(const TargetKey& key) {
    // The low bits choose the place within the table.
    return *tables[(key.hash >> 48) % kTables];
  }

  GuardShared shared;
  std::array<std::unique_ptr<TargetTable>, kTables> tables;
};

Guard::Guard(PolicyLookup policies, ChangeListener on_change)
    : impl_(std::make_unique<Impl>(std::move(policies), std::move(on_change))) {
}
Guard::~Guard() = default;

void Guard::ObserveError(const CallSite& site, const ErrorEvidence& evidence,
                         absl::Time now) {
  if (site.target.empty()) return;
  const TargetKey key(site.ns, site.target);
  impl_->TableOf(key).With(key, now, [&](TargetGuard& guard, Changes* changes) {
    guard.ObserveError(site, evidence, now, changes);
  });
}

void Guard::ObserveCalls(const CallSite& site, const CallSums& sums,
                         absl::Time now) {
  if (site.target.empty()) return;
  const TargetKey key(site.ns, site.target);
  impl_->TableOf(key).With(key, now, [&](TargetGuard& guard, Changes* changes) {
    guard.ObserveCalls(site, sums, now, changes);
  });
}

void Guard::Settle(absl::string_view ns, const GrantStamp& stamp,
                   RunOutcome outcome, absl::Time now) {
  if (stamp.target.empty()) return;
  const TargetKey key(ns, stamp.target);
  impl_->TableOf(key).With(key, now, [&](TargetGuard& guard, Changes* changes) {
    guard.Settle(stamp, outcome, now, changes);
  });
}

AdmitAnswer Guard::Admit(const AdmitRequest& request, absl::Time now) {
  if (request.site.target.empty()) {
    Admitted admitted;
    admitted.grant.delay = request.delay;
    return admitted;
  }
  const TargetKey key(request.site.ns, request.site.target);
  return impl_->TableOf(key).Admit(key, request, now);
}

void Guard::Release(absl::string_view ns, const Grant& grant, absl::Time now) {
  Settle(ns, grant.stamp, RunOutcome::kUnused, now);
}

bool Guard::IsOpen(const CallSite& site, absl::Time now) const {
  if (site.target.empty()) return false;
  const TargetKey key(site.ns, site.target);
  return impl_->TableOf(key).WithKnown(
      key, now, false, [&](TargetGuard& guard, Changes* changes) {
        return guard.IsOpen(site, now, changes);
      });
}

LocalShare Guard::ShareOf(const CallSite& site, absl::Time now) const {
  const RetryBudgetPolicy defaults;
  const LocalShare all{defaults.retry_ratio, defaults.min_retries_per_second};
  if (site.target.empty()) return all;
  const TargetKey key(site.ns, site.target);
  return impl_->TableOf(key).WithKnown(
      key, now, all,
      [&](TargetGuard& guard, Changes*) { return guard.ShareOf(site, now); });
}

std::vector<CircuitView> Guard::Circuits(absl::string_view ns,
                                         absl::string_view target,
                                         absl::Time now,
                                         const CircuitFilter& filter) const {
  const TargetKey key(ns, target);
  return impl_->TableOf(key).WithKnown(
      key, now, std::vector<CircuitView>(),
      [now, &filter](TargetGuard& guard, Changes* changes) {
        CircuitList list;
        guard.AppendCircuits(filter, kNoLimit, now, changes, &list);
        return std::move(list.circuits);
      });
}

CircuitList Guard::AllCircuits(const CircuitFilter& filter, size_t limit,
                               absl::Time now) const {
  CircuitList list;
  for (const auto& table : impl_->tables) {
    table->AppendCircuits(filter, limit, now, &list);
  }
  return list;
}

void Guard::Override(absl::string_view ns, absl::string_view target,
                     std::optional<CircuitOverride> override, absl::Time now) {
  const TargetKey key(ns, target);
  impl_->TableOf(key).With(key, now, [&](TargetGuard& guard, Changes* changes) {
    guard.Override(std::move(override), now, changes);
  });
}

void Guard::Reset(absl::string_view ns, absl::string_view target,
                  absl::Time now) {
  const TargetKey key(ns, target);
  impl_->TableOf(key).WithKnown(key, now, false,
                                [now](TargetGuard& guard, Changes* changes) {
                                  guard.Reset(now, changes);
                                  return true;
                                });
}

void Guard::PoliciesChanged() { ++impl_->shared.policy_generation; }

std::vector<CircuitSnapshot> Guard::Snapshot(absl::Time now) const {
  std::vector<CircuitSnapshot> snapshots;
  for (const auto& table : impl_->tables) {
    table->AppendSnapshots(now, &snapshots);
  }
  return snapshots;
}

void Guard::Restore(const std::vector<CircuitSnapshot>& circuits,
                    absl::Time now) {
  for (const CircuitSnapshot& circuit : circuits) {
    const TargetKey key(circuit.ns, circuit.target);
    impl_->TableOf(key).With(key, now,
                             [&](TargetGuard& guard, Changes* changes) {
                               guard.Restore(circuit, now, changes);
                             });
  }
}

void Guard::Sweep(absl::Time now) {
  for (const auto& table : impl_->tables) table->Sweep(now);
}

size_t Guard::target_count() const { return impl_->shared.targets; }

size_t Guard::memory_bytes() const {
  size_t bytes = HeapBytes(impl_);
  for (const auto& table : impl_->tables) {
    bytes += HeapBytes(sizeof(TargetTable)) + table->heap_bytes();
  }
  return bytes;
}

}  // namespace recourse
