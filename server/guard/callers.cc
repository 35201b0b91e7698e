#include "server/guard/callers.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "server/guard/heap_bytes.h"
#include "server/model/stable_hash.h"

namespace recourse {
namespace {

constexpr absl::Duration kIdleCaller = absl::Minutes(10);
constexpr absl::Duration kCleaningPause = absl::Seconds(1);

// Of one service; or of one instance, with instances = 1.
struct Group {
  int instances = 0;
  int failing = 0;
  int slow = 0;
  int open = 0;
  int failing_now = 0;
};

void AddGroup(const Group& group, Quorum* quorum) {
  if (group.instances == 0) return;
  const auto most = [&group](int count) {
    return 2 * count >= group.instances;
  };
  ++quorum->active;
  quorum->failing += most(group.failing);
  quorum->slow += most(group.slow);
  quorum->open += most(group.open);
  quorum->failing_now += most(group.failing_now);
}

// An open circuit keeps its caller quiet; one that stays quiet when it could
// try again has gone, and its last word is no vote.
bool IsActive(const Caller& caller, absl::Time now) {
  absl::Time quiet_until = caller.last_seen;
  if (caller.breaker.state() != CircuitState::kClosed) {
    quiet_until = std::max(quiet_until, caller.breaker.open_until());
  }
  return now - quiet_until <= caller.window.length();
}

Group StatusOf(Caller& caller, const BreakerPolicy& policy, absl::Time now) {
  const SmallCallTally& calls = caller.window.Total(now);
  const bool open = caller.breaker.state() != CircuitState::kClosed;
  Group status;
  status.instances = 1;
  status.open = open;
  status.failing = open || calls.FailsAt(policy.failure_rate);
  status.slow = calls.IsSlowAt(policy.slow_call_rate);
  status.failing_now =
      open || (caller.breaker.consecutive() > 0 &&
               now - caller.last_failure <= 2 * caller.window.part_length());
  return status;
}

}  // namespace

uint64_t CallerKey::Hash() const {
  const uint64_t hash =
      StableHash(instance, StableHash("/", StableHash(service)));
  return hash == 0 ? 1 : hash;
}

Callers::~Callers() { limits_.all_callers -= callers_.size(); }

Caller* Callers::Find(uint64_t hash) {
  if (last_ != nullptr && last_->hash == hash) return last_;
  const auto found = callers_.find(hash);
  return found == callers_.end() ? nullptr : last_ = found->get();
}

Caller* Callers::Find(const CallerKey& key) {
  // Names that are the same are found quicker than hashed.
  if (last_ != nullptr && last_->names.Are(key.service, key.instance)) {
    return last_;
  }
  return Find(key.Hash());
}

Caller* Callers::Touch(const CallerKey& key, absl::Duration window_length,
                       absl::Time now) {
  Caller* caller = Find(key);
  if (caller == nullptr) {
    if (!MakeRoom(now)) return nullptr;
    auto made = std::make_unique<Caller>(key, window_length);
    caller = made.get();
    callers_.insert(std::move(made));
    ++limits_.all_callers;
  }
  caller->last_seen = std::max(caller->last_seen, now);
  return caller;
}

bool Callers::MakeRoom(absl::Time now) {
  const auto has_room = [this] {
    return callers_.size() < limits_.max_callers && limits_.AllAreKnown();
  };
  // There are twice as many as there were: a good moment to look for what is
  // long gone.
  if (callers_.size() >= look_at_) {
    ForgetIdle(kIdleCaller, now);
    look_at_ = std::max(kFirstLook, 2 * callers_.size());
  }
  if (has_room()) return true;
  if (now < next_cleaning_) return false;
  next_cleaning_ = now + kCleaningPause;
  ForgetIdle(absl::ZeroDuration(), now);
  return has_room();
}

// Forgets callers that are not active and were not heard of for `idle`.
void Callers::ForgetIdle(absl::Duration idle, absl::Time now) {
  const size_t before = callers_.size();
  last_ = nullptr;
  absl::erase_if(callers_, [&](const std::unique_ptr<Caller>& caller) {
    return caller->breaker.state() == CircuitState::kClosed &&
           !IsActive(*caller, now) && now - caller->last_seen > idle;
  });
  limits_.all_callers -= before - callers_.size();
}

size_t Callers::heap_bytes() const {
  size_t bytes = HeapBytes(callers_);
  for (const auto& caller : callers_) bytes += HeapBytes(caller);
  return bytes;
}

Quorum Callers::CountQuorum(const BreakerPolicy& policy, absl::Time now) {
  absl::flat_hash_map<absl::string_view, Group> services;
  Quorum instances;
  for (const auto& caller : callers_) {
    if (!IsActive(*caller, now)) continue;
    const Group status = StatusOf(*caller, policy, now);
    AddGroup(status, &instances);
    Group& service = services[caller->service()];
    ++service.instances;
    service.failing += status.failing;
    service.slow += status.slow;
    service.open += status.open;
    service.failing_now += status.failing_now;
  }
  Quorum quorum;
  for (const auto& [name, service] : services) AddGroup(service, &quorum);
  quorum.of_services = quorum.active >= 2;
  if (!quorum.of_services) quorum = instances;
  const double share = std::ceil(policy.quorum * quorum.active - 1e-9);
  quorum.needed = std::max(policy.min_quorum, static_cast<int>(share));
  return quorum;
}

}  // namespace recourse
