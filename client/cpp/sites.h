// What a client counts and knows of its targets, all of it in memory.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/cpp/site.h"
#include "recourse/v1/circuit_breakers.pb.h"

namespace recourse {

// All of a client's sites, their counters and circuits. Circuits that the
// server tells of gate their targets; where it keeps none, a breaker of the
// client's own does.
//
// Thread safety: safe for concurrent use. Finding a site takes no lock.
class Sites {
 public:
  static constexpr size_t kMaxTargets = 1000;  // Further ones: not counted.
  // Of a longer one the server takes no sums: nor, with it, of any other.
  static constexpr size_t kMaxTargetBytes = 256;
  static constexpr size_t kMaxCircuits = 10000;  // Further ones: not believed.
  // The client's own breaker, for servers that keep no circuits.
  static constexpr int kOwnFailures = 5;
  static constexpr int kOwnSuccesses = 2;
  static constexpr absl::Duration kOwnOpen = absl::Seconds(60);
  // How long it holds before the server is asked for circuits again.
  static constexpr absl::Duration kOwnHolds = absl::Minutes(5);
  // How long a circuit that was told without open_remaining is believed while
  // nothing is heard.
  static constexpr absl::Duration kBlind = absl::Seconds(60);

  Sites();
  ~Sites();

  // The target's site, for as long as this lives. Beyond kMaxTargets, and for a
  // target that is empty or longer than kMaxTargetBytes: one that is neither
  // counted nor gated.
  Site& Find(absl::string_view target);

  // --- Counting ---

  // How a call ended.
  struct Ending {
    bool against_target = false;  // It failed in a way that speaks against it.
    bool slow = false;
    bool repeated = false;  // It was not its operation's first of the target.
  };
  // A call succeeded while the site was special, slowly, or not at first.
  void CountSuccess(Site& site, const Ending& ending, absl::Time now);
  void CountFailure(Site& site, const Ending& ending, absl::Time now);
  // What was counted and not told yet; it counts as told now. Of one site;
  // nullopt: nothing.
  std::optional<v1::TargetCalls> Take(Site& site, absl::Time now);
  // Of all sites.
  std::vector<v1::TargetCalls> TakeAll(absl::Time now);
  // First calls since this was last asked: what fills the retry budget.
  int64_t NewFirstCalls(Site& site);

  // --- Circuits ---

  // Whether a call of the target must not begin by itself.
  bool Gates(Site& site, absl::Time now);
  // Time until the circuit may close, as far as is known; else 0.
  absl::Duration OpenRemaining(const Site& site, absl::Time now) const;

  // The server says how a circuit stands.
  void Tell(const v1::Circuit& circuit, absl::Time now);
  // The circuits are told anew: those that are not told are closed.
  void StreamBegins();
  // Nothing is heard of circuits for now.
  void StreamEnds();
  // The server keeps no circuits: the client's own breaker holds, for
  // kOwnHolds.
  void HoldAlone(absl::Time now);

 private:
  // Open addressing, filled by half at most; entries are only ever added.
  static constexpr size_t kSlots = 2048;

  Site& Add(absl::string_view target);
  std::optional<v1::TargetCalls> TakeLocked(Site& site, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void OwnResult(Site& site, bool good, absl::Time now)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);
  void Refresh(Site& site) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mu_);

  std::array<std::atomic<Site*>, kSlots> slots_;
  Site uncounted_{""};

  mutable absl::Mutex mu_;
  std::vector<std::unique_ptr<Site>> sites_ ABSL_GUARDED_BY(mu_);
  // Circuits that are not CLOSED, of targets with a site and without.
  absl::flat_hash_map<std::string, Site::Told> circuits_ ABSL_GUARDED_BY(mu_);
  bool streaming_ ABSL_GUARDED_BY(mu_) = false;
  absl::Time own_holds_until_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
  absl::Time told_at_ ABSL_GUARDED_BY(mu_) = absl::InfinitePast();
};

}  // namespace recourse
