// Hands events to watchers; a slow watcher loses events and learns how many,
// and never holds anybody up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "server/model/circuit.h"
#include "server/record/decision_log.h"

namespace recourse {

// As RecoveryEvent.Kind of the API, same numbers.
enum class EventKind : uint8_t {
  kUnspecified,
  kAttempt,
  kSuccess,
  kFailure,
  kIncidentOpened,
  kIncidentResolved,
  kPatternsChanged,
  kWatching,
  kCircuitChanged,
};

struct Event {
  EventKind kind = EventKind::kUnspecified;
  absl::Time time;
  SharedDecisionEntry decision;                // kAttempt, kSuccess, kFailure.
  std::string incident_id;                     // kIncident*.
  int64_t registry_revision = 0;               // kPatternsChanged.
  std::shared_ptr<const CircuitView> circuit;  // kCircuitChanged.
};
using SharedEvent = std::shared_ptr<const Event>;

// Fields that are set must all hold.
struct EventFilter {
  std::vector<EventKind> kinds;  // Each at most once.
  std::string ns;
  std::string target;
  std::string workflow_id;
  std::string pattern_id;
  // Of kCircuitChanged; empty: every one.
  std::function<bool(const CircuitView&)> circuit;

  bool Matches(const Event& event) const;
};

struct EventHubOptions {
  size_t queue_limit = 1000;  // Events a watcher may be behind.
  size_t max_watchers = 100;
};

// Thread safety: safe for concurrent use. Publishing without a watcher costs
// one atomic load.
class EventHub {
 public:
  // An event taken from a queue, and how many were lost just before it.
  struct Delivery {
    SharedEvent event;
    int64_t missed = 0;
  };

  // A watcher's queue. Destroying it ends the watch; `on_ready` is not running
  // and will not run again when the destructor returns, so it must not be
  // called from `on_ready`.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    // The next event, or nullopt when the queue is empty: `on_ready` runs once
    // when there is one again.
    virtual std::optional<Delivery> Next() = 0;
  };

  explicit EventHub(EventHubOptions options);
  ~EventHub();  // REQUIRES: every watcher is destroyed.

  bool HasWatchers() const;
  void Publish(const SharedEvent& event);

  // Events published after this returns are seen. `on_ready` is called, maybe
  // from inside Publish and maybe at once, when the queue stops being empty; it
  // must be quick and must not call back into the hub or the watcher but to
  // schedule work. RESOURCE_EXHAUSTED: max_watchers are there.
  absl::StatusOr<std::unique_ptr<Watcher>> Watch(
      EventFilter filter, std::function<void()> on_ready);

 private:
  struct State;
  const std::shared_ptr<State> state_;
};

}  // namespace recourse
