// Who has how many incidents open. Private to server/incident/.
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

// nullopt: it counts in no share, since it collects.
std::optional<ShareOwner> OwnerOf(const internal::v1::IncidentRecord& record);

// Counts of IncidentDesk::kMaxOpenPerCaller and kMaxOpenPerNamespace, kept for
// those alone that have an incident open. Thread-compatible.
class OpenShares {
 public:
  void Add(const ShareOwner& owner);
  void Remove(const ShareOwner& owner);

  // What one more failure of this caller that is no open incident's becomes:
  // kNothing, an incident of its own.
  Collects OneMore(const ShareOwner& owner) const;

 private:
  // Namespace and caller.
  absl::flat_hash_map<std::pair<std::string, std::string>, size_t> callers_;
  absl::flat_hash_map<std::string, size_t> namespaces_;
};

}  // namespace recourse
