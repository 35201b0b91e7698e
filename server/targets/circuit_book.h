// What is durable about circuits: what people set, and which were not CLOSED
// when the server stopped.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "recourse/v1/circuit_breakers.pb.h"
#include "server/guard/guard.h"
#include "server/store/store.h"
#include "server/targets/key_mirror.h"
#include "server/targets/saved_circuits.h"

namespace recourse {

inline constexpr char kOverridePrefix[] = "overrides/";
inline constexpr size_t kMaxOverrides = 1000;  // Those that have not expired.

// Thread safety: safe for concurrent use; every method blocks on the Store.
class CircuitBook {
 public:
  // Gives `guard` the stored circuits, with what remains of their open times,
  // and from then on what people set here or on another server of the store.
  // Both outlive the book. `clock` is the guard's.
  static absl::StatusOr<std::unique_ptr<CircuitBook>> Open(
      Store* store, Guard* guard, std::function<absl::Time()> clock);

  // In force when it returns. RESOURCE_EXHAUSTED: it would be one more than
  // kMaxOverrides at `now`; replacing one never is.
  absl::Status Override(const v1::OverrideCircuitRequest& request,
                        const CircuitOverride& override, absl::Time now);
  // Ends an override, and has the guard forget what it counted. ABORTED: the
  // override changed meanwhile.
  absl::Status Reset(const std::string& ns, const std::string& target);

  // Saves the circuits that are not CLOSED if they changed since, and forgets
  // overrides that have expired. Call about once a second.
  absl::Status Save(absl::Time now);

 private:
  using Where = std::pair<std::string, std::string>;  // Namespace, target.

  CircuitBook(Store* store, Guard* guard, std::function<absl::Time()> clock)
      : store_(store),
        guard_(guard),
        clock_(std::move(clock)),
        saved_circuits_(store) {}
  void ReadOverrides(const KeyChanges& changes);
  struct Stored {
    CircuitOverride override;
    int64_t revision = 0;
  };
  void SetOverride(const Where& where, const Stored& stored, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void EndOverride(const Where& where, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  // Of the override that is known; 0: none.
  int64_t RevisionOf(const Where& where);
  // The guard forgets what it counted; an override later than `revision`, which
  // was set meanwhile, stays in force.
  void ResetGuard(const Where& where, int64_t revision, absl::Time now);
  absl::Status CheckRoom(const Where& where, absl::Time now);
  absl::Status ForgetExpired(absl::Time now);
  absl::Status SaveCircuits(absl::Time now);

  Store* const store_;
  Guard* const guard_;
  const std::function<absl::Time()> clock_;
  absl::Mutex save_mu_;
  SavedCircuits saved_circuits_ ABSL_GUARDED_BY(save_mu_);
  absl::Mutex mu_;
  // As the guard was told them.
  std::map<Where, Stored> overrides_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<KeyMirror> mirror_;  // Last: it calls into the others.
};

}  // namespace recourse
