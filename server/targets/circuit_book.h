// What is durable about circuits: what people set, and which were not CLOSED
// when the server stopped.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "recourse/v1/circuit_breakers.pb.h"
#include "server/guard/guard.h"
#include "server/store/store.h"
#include "server/targets/key_mirror.h"

namespace recourse {

inline constexpr char kOverridePrefix[] = "overrides/";
inline constexpr char kCircuitsKey[] = "circuits/local";

// Thread safety: safe for concurrent use; every method blocks on the Store.
class CircuitBook {
 public:
  // Gives `guard` the stored circuits, with what remains of their open times,
  // and from then on what people set here or on another server of the store.
  // Both outlive the book. `clock` is the guard's.
  static absl::StatusOr<std::unique_ptr<CircuitBook>> Open(
      Store* store, Guard* guard, std::function<absl::Time()> clock);

  // In force when it returns.
  absl::Status Override(const v1::OverrideCircuitRequest& request,
                        const CircuitOverride& override);
  // Ends an override, and has the guard forget what it counted.
  absl::Status Reset(const std::string& ns, const std::string& target);

  // Saves the circuits that are not CLOSED if they changed since, and forgets
  // overrides that have expired. Call about once a second.
  absl::Status Save(absl::Time now);

 private:
  CircuitBook(Store* store, Guard* guard, std::function<absl::Time()> clock)
      : store_(store), guard_(guard), clock_(std::move(clock)) {}
  absl::Status RestoreCircuits();
  void ReadOverrides(const StoreEntries& entries);

  Store* const store_;
  Guard* const guard_;
  const std::function<absl::Time()> clock_;
  std::vector<CircuitSnapshot> saved_;  // Touched by Save alone.
  absl::Mutex mu_;
  // By namespace and target, as the guard was told them.
  std::map<std::pair<std::string, std::string>, CircuitOverride> overrides_
      ABSL_GUARDED_BY(mu_);
  std::unique_ptr<KeyMirror> mirror_;  // Last: it calls into the others.
};

}  // namespace recourse
