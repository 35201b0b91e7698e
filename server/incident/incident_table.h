// The open incidents in memory: what the store says of them, and what it has
// not been told yet. Private to server/incident/.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "server/incident/incident_store.h"
#include "server/incident/open_shares.h"

namespace recourse {

// What is known of a waiter of an open incident.
struct WaiterMark {
  bool rerun_allowed = false;
  bool resolved = false;
  int64_t revision = 0;                     // 0: spooled.
  int error_count = 0;                      // As in WaiterRecord.
  absl::Time asked = absl::InfinitePast();  // When it was last seen to wait.
};

// As WaiterMark.asked of who was not heard of since.
absl::Time AskedAtFirst(const internal::v1::WaiterRecord& record);

// Which incidents nobody misses.
struct QuietRule {
  absl::Time no_failure_since;
  // A waiter that has not asked since counts no more; InfinitePast: all count.
  absl::Time not_asked_since = absl::InfinitePast();
};

// An incident that was just learned to be over.
struct EndedIncident {
  v1::Resolution resolution;
  std::map<std::string, WaiterMark> waiters;
};

// An incident as it is to be written, with the repeats it has not counted yet.
struct UnwrittenIncident {
  StoredIncident stored;
  int64_t repeats = 0;  // Are in its count already.
};

// Changes from the store are applied in the order of their revisions, older
// ones are ignored; so this server's own commits and the watch, which brings
// them again and late, may be applied in any order.
//
// A pending incident is one that waits in the spool: its create_revision is 0.
// Pending incidents and spooled waiters together are the spool, at most
// IncidentDesk::kMaxSpooled.
//
// Thread safety: safe for concurrent use. Does no input or output.
class IncidentTable {
 public:
  static constexpr size_t kMaxEnded = 10'000;  // Remembered, as kMaxMerged.
  static constexpr size_t kMaxMerged = 10'000;
  static constexpr size_t kMaxAnswered = 50'000;  // Waiters of ended ones.

  // --- What the store says.

  // Set when the incident was open here and is over by this.
  std::optional<EndedIncident> Apply(const StoredIncident& stored);
  // False: known already, or not of an open incident.
  bool Apply(const StoredWaiter& stored);
  void Forget(const std::string& incident_id);  // It was deleted.
  // Those that the store had open at `revision` are `open`; returns the others.
  std::vector<std::string> MissingFrom(const std::set<std::string>& open,
                                       int64_t revision) const;

  // --- Escalation.

  // A failure that asks for its incident.
  struct Arrival {
    std::string fingerprint;
    ShareOwner owner = {};       // Its namespace and caller.
    std::string waiter_id = {};  // Empty: nobody waits.
    int error_count = 1;         // As in WaiterRecord.
    absl::Time now;
  };
  struct Entrance {
    bool joined = false;           // False: the caller is to open it.
    std::string incident_id = {};  // When joined, as the next.
    int64_t create_revision = 0;
    // It ended, and answered the waiter for this failure or a later one.
    bool answered = false;
    std::string fingerprint = {};  // Of that incident.
    Collects collects = Collects::kNothing;
    std::vector<std::string> channels = {};  // When joined and it collects.
  };
  // Counts one more failure of the open incident, or lets the caller open one:
  // it must call Leave then, and until that others wait here. Where the owner
  // has as many open as it may, that is the one which collects its further
  // failures. With a waiter there is room for it, or an incident that was seen
  // to end has answered it: then nothing is counted.
  // RESOURCE_EXHAUSTED with the reason OVERLOADED: a limit is reached.
  absl::StatusOr<Entrance> Enter(const Arrival& arrival);
  void Leave(const std::string& fingerprint);

  // The revision to write `waiter` over (0: none); nullopt when it waits or was
  // resolved already for this failure or a later one.
  std::optional<int64_t> ToReplace(const StoredWaiter& waiter) const;

  // Channels that a pending incident is to be told to as well.
  void AddChannels(const std::string& incident_id,
                   const std::vector<std::string>& channels);

  // RESOURCE_EXHAUSTED: the spool is full.
  absl::Status Spool(const StoredIncident& incident);
  absl::Status Spool(const StoredWaiter& waiter);

  // --- The spool and the counters, for the writer.

  bool HasUnwritten() const;
  std::vector<UnwrittenIncident> Pending() const;
  std::vector<StoredWaiter> SpooledWaiters() const;
  void Unspool(const StoredWaiter& waiter);
  // A waiter that is not written yet.
  std::optional<internal::v1::WaiterRecord> Spooled(
      const std::string& incident_id, const std::string& waiter_id) const;
  // Open incidents with repeats that the store does not count yet.
  std::vector<UnwrittenIncident> Uncounted() const;
  void Written(const UnwrittenIncident& incident);  // Then also Apply it.
  // Why it is pending still, for people.
  void NotePendingReason(const std::string& incident_id,
                         absl::string_view reason);
  // `from`, which is pending, is the store's `to`, which is open here: its
  // repeats and waiters are that one's now.
  void Merge(const std::string& from, const std::string& to);
  void NoteMerged(const std::string& from, const std::string& to);

  // --- Questions.

  // What answers for `incident_id`: itself, or what it was merged into.
  std::string Final(const std::string& incident_id) const;
  enum class Standing { kUnknownIncident, kUnknownWaiter, kWaiting, kResolved };
  Standing StandingOf(const std::string& incident_id,
                      const std::string& waiter_id) const;
  // As it stands, uncounted repeats included; revisions 0 while pending.
  std::optional<StoredIncident> Find(const std::string& incident_id) const;
  // Up to `limit` open incidents from `start` on that `wanted` says yes to.
  std::vector<StoredIncident> List(
      const std::string& start, size_t limit,
      const std::function<bool(const v1::Incident&)>& wanted) const;
  std::map<std::string, WaiterMark> Waiters(
      const std::string& incident_id) const;
  int WaitingCount(const std::string& incident_id) const;
  int64_t size() const;

  // --- The end of what is quiet.

  // The waiter was seen to wait. Unknown ones are ignored.
  void NoteAsked(const std::string& incident_id, const std::string& waiter_id,
                 absl::Time now);
  // Up to `limit` that are stored and quiet by `rule`. Nobody enters one until
  // Release, so that its end does not answer who was just told to wait in it.
  std::vector<StoredIncident> HoldQuiet(const QuietRule& rule, size_t limit);
  void Release(const std::vector<std::string>& fingerprints);

 private:
  struct Incident {
    StoredIncident stored = {};
    int64_t repeats = 0;
    absl::Time last_seen = absl::InfinitePast();
    std::map<std::string, WaiterMark> waiters = {};
    std::string pending_reason = {};

    bool pending() const { return stored.create_revision == 0; }
    int WaitingCount() const;
    bool IsQuiet(const QuietRule& rule) const;
    absl::Time LastSeen() const;
    // With the repeats.
    StoredIncident View() const;
  };
  using ById = std::map<std::string, Incident>;

  // The wait of a waiter whose incident has ended.
  struct Answered {
    std::string incident_id;
    std::string fingerprint;
    int error_count = 0;
  };

  static std::optional<int64_t> ToReplace(const Incident& incident,
                                          const StoredWaiter& waiter);
  // Which incident an arrival is one of.
  struct Place {
    std::string fingerprint;
    Collects collects = Collects::kNothing;
  };
  Place PlaceOf(const Arrival& arrival) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::StatusOr<Entrance> EnterOpen(const std::string& incident_id,
                                     const Place& place, const Arrival& arrival)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The ended incident that has answered it; null: none.
  const Answered* AnswerOf(const Arrival& arrival) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool WaitsIn(const std::string& fingerprint, const Arrival& arrival) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether nobody may enter it now.
  bool IsShut(const std::string& fingerprint) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::optional<EndedIncident> Close(const StoredIncident& stored)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteAnswered(const std::string& waiter_id, Answered answered)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteMergedLocked(const std::string& from, const std::string& to)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Erase(ById::iterator it) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddMark(Incident* incident, const std::string& waiter_id,
               const WaiterMark& mark) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const std::string& FinalLocked(const std::string& incident_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckSpool() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  absl::CondVar entry_;  // opening_ or held_ lost one.
  ById open_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::string> by_fingerprint_
      ABSL_GUARDED_BY(mutex_);
  // Fingerprints of what is being opened, and in whose share; nullopt: in none.
  absl::flat_hash_map<std::string, std::optional<ShareOwner>> opening_
      ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> held_ ABSL_GUARDED_BY(mutex_);  // As quiet.
  OpenShares shares_ ABSL_GUARDED_BY(mutex_);  // Of open_ and opening_.
  // The last that ended and their revisions: older news of them may be late.
  absl::flat_hash_map<std::string, int64_t> ended_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> ended_order_ ABSL_GUARDED_BY(mutex_);
  // The last, by waiter.
  absl::flat_hash_map<std::string, Answered> answered_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> answered_order_ ABSL_GUARDED_BY(mutex_);
  // What lookups have learned; the store knows it too.
  absl::flat_hash_map<std::string, std::string> merged_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, StoredWaiter> spooled_waiters_
      ABSL_GUARDED_BY(mutex_);  // By key.
  std::set<std::string> uncounted_ ABSL_GUARDED_BY(mutex_);
  size_t pending_count_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace recourse
