#include "server/incident/open_shares.h"

#include "server/incident/incident_desk.h"

namespace recourse {
namespace {

template <typename Counts, typename Key>
void Decrement(Counts* counts, const Key& key) {
  const auto it = counts->find(key);
  if (it != counts->end() && --it->second == 0) counts->erase(it);
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

void OpenShares::Add(const ShareOwner& owner) {
  if (owner.caller.has_value()) ++callers_[{owner.ns, *owner.caller}];
  ++namespaces_[owner.ns];
}

void OpenShares::Remove(const ShareOwner& owner) {
  if (owner.caller.has_value()) {
    Decrement(&callers_, std::make_pair(owner.ns, *owner.caller));
  }
  Decrement(&namespaces_, owner.ns);
}

Collects OpenShares::OneMore(const ShareOwner& owner) const {
  if (owner.caller.has_value() &&
      CountOf(callers_, std::make_pair(owner.ns, *owner.caller)) >=
          IncidentDesk::kMaxOpenPerCaller) {
    return Collects::kCaller;
  }
  return CountOf(namespaces_, owner.ns) >= IncidentDesk::kMaxOpenPerNamespace
             ? Collects::kNamespace
             : Collects::kNothing;
}

}  // namespace recourse
