// Target policies: durable in the Store, in memory for decisions.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "recourse/v1/target_policies.pb.h"
#include "server/model/target_policy.h"
#include "server/store/store.h"
#include "server/targets/key_mirror.h"

namespace recourse {

inline constexpr char kPolicyPrefix[] = "policies/";
inline constexpr size_t kMaxPolicies = 1000;

// Thread safety: safe for concurrent use. Lookup is one pointer copy and a walk
// over the policies, the most specific first; the others block on the Store.
class PolicyBook {
 public:
  // `store` outlives the book; `on_change` is told after a change came into
  // force (not of what is there at first).
  static absl::StatusOr<std::unique_ptr<PolicyBook>> Open(
      Store* store, std::function<void()> on_change);

  // What is in force for a target; never null.
  SharedTargetPolicy Lookup(absl::string_view ns,
                            absl::string_view target) const;

  // In force everywhere here when it returns. ABORTED: `revision` is set and
  // stale. RESOURCE_EXHAUSTED: kMaxPolicies are there.
  absl::StatusOr<v1::TargetPolicy> Set(
      const v1::SetTargetPolicyRequest& request, absl::Time now);
  absl::StatusOr<v1::TargetPolicy> Get(const std::string& policy_id) const;
  std::vector<v1::TargetPolicy> List() const;
  absl::Status Delete(const v1::DeleteTargetPolicyRequest& request);

 private:
  // One policy as it is stored and as it is used.
  struct Page {
    v1::TargetPolicy message;
    SharedTargetPolicy policy;
  };
  // In the order in which they are asked.
  using Pages = std::vector<std::shared_ptr<const Page>>;

  PolicyBook() = default;
  void Read(const KeyChanges& changes);
  std::shared_ptr<const Pages> pages() const;
  const Page* Find(const Pages& pages, const std::string& policy_id) const;

  std::function<void()> on_change_;
  mutable absl::Mutex mu_;
  std::shared_ptr<const Pages> pages_ ABSL_GUARDED_BY(mu_) =
      std::make_shared<const Pages>();
  std::unique_ptr<KeyMirror> mirror_;  // Last: it calls into the others.
};

}  // namespace recourse
