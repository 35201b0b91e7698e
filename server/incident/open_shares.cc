#include "server/incident/open_shares.h"

#include <algorithm>

#include "server/incident/incident_desk.h"

namespace recourse {
namespace {

template <typename Counts, typename Key>
void Subtract(Counts* counts, const Key& key, size_t count) {
  const auto it = counts->find(key);
  if (it == counts->end()) return;
  it->second -= std::min(it->second, count);
  if (it->second == 0) counts->erase(it);
}

template <typename Counts, typename Key>
size_t CountOf(const Counts& counts, const Key& key) {
  const auto it = counts.find(key);
  return it == counts.end() ? 0 : it->second;
}

}  // namespace

std::optional<ShareOwner> OwnerOf(const internal::v1::IncidentRecord& record) {
  if (record.collects()) return std::nullopt;
  ShareOwner owner{.ns = record.incident().namespace_(),
                   .caller = std::nullopt};
  if (record.has_caller_service()) owner.caller = record.caller_service();
  return owner;
}

void OpenShares::Add(const std::optional<ShareOwner>& owner) {
  if (!owner.has_value()) {
    ++collecting_;
    return;
  }
  ++owned_;
  ++namespaces_[owner->ns];
  if (owner->caller.has_value()) ++callers_[{owner->ns, *owner->caller}];
}

void OpenShares::Remove(const std::optional<ShareOwner>& owner) {
  if (!owner.has_value()) {
    --collecting_;
    return;
  }
  --owned_;
  Subtract(&namespaces_, owner->ns, 1);
  if (owner->caller.has_value()) {
    Subtract(&callers_, std::make_pair(owner->ns, *owner->caller), 1);
  }
}

Collects OpenShares::OneMore(const ShareOwner& owner) const {
  if (owner.caller.has_value() &&
      CountOf(callers_, std::make_pair(owner.ns, *owner.caller)) >=
          IncidentDesk::kMaxOpenPerCaller) {
    return Collects::kCaller;
  }
  return owned_ >= IncidentDesk::kMaxOpenIncidents ||
                 CountOf(namespaces_, owner.ns) >=
                     IncidentDesk::kMaxOpenPerNamespace
             ? Collects::kNamespace
             : Collects::kNothing;
}

bool OpenShares::MayCollectMore() const {
  return collecting_ < IncidentDesk::kMaxCollectingIncidents;
}

void OpenShares::AddWaiters(const std::string& ns, size_t count) {
  if (count == 0) return;
  waiters_[ns] += count;
  all_waiters_ += count;
}

void OpenShares::RemoveWaiters(const std::string& ns, size_t count) {
  Subtract(&waiters_, ns, count);
  all_waiters_ -= count;
}

bool OpenShares::MayWait(const std::string& ns) const {
  return all_waiters_ < kMaxWaiters &&
         CountOf(waiters_, ns) < IncidentDesk::kMaxWaitersPerNamespace;
}

}  // namespace recourse
