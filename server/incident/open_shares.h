// Who has how many incidents and waiters. Private to server/incident/.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "recourse/internal/v1/incident.pb.h"

namespace recourse {

// Whose further failures an incident collects.
enum class Collects { kNothing, kCaller, kNamespace };

// Whose share an incident counts in.
struct ShareOwner {
  std::string ns;
  std::optional<std::string> caller;  // Its service; nullopt: not known.
};

// nullopt: it counts in nobody's share, since it collects.
std::optional<ShareOwner> OwnerOf(const internal::v1::IncidentRecord& record);

// Counts for the limits of IncidentDesk, kept for those alone that have an
// incident open. Thread-compatible.
class OpenShares {
 public:
  static constexpr size_t kMaxWaiters = 200'000;  // Of all namespaces.

  // An incident of `owner`; nullopt: one that collects.
  void Add(const std::optional<ShareOwner>& owner);
  void Remove(const std::optional<ShareOwner>& owner);

  // What one more failure of this caller that is no open incident's becomes:
  // kNothing, an incident of its own.
  Collects OneMore(const ShareOwner& owner) const;
  bool MayCollectMore() const;

  void AddWaiters(const std::string& ns, size_t count);
  void RemoveWaiters(const std::string& ns, size_t count);
  bool MayWait(const std::string& ns) const;  // One more.

 private:
  // Namespace and caller.
  absl::flat_hash_map<std::pair<std::string, std::string>, size_t> callers_;
  absl::flat_hash_map<std::string, size_t> namespaces_;
  size_t owned_ = 0;
  size_t collecting_ = 0;
  absl::flat_hash_map<std::string, size_t> waiters_;  // By namespace.
  size_t all_waiters_ = 0;
};

}  // namespace recourse
