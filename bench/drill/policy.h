// What callers do when a call fails: the peers' ways, and ours.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/drill/chance.h"
#include "bench/drill/scenario.h"
#include "bench/drill/target.h"

namespace recourse::drill {

// What one caller wants done.
struct Operation {
  Nanos begun = 0;
  Nanos deadline = 0;
  Nanos last_delay = 0;  // Waited last; policies keep it.
  uint64_t number = 0;   // Of the run: the same in every policy's run.
  int caller = 0;
  int attempts = 0;   // That have begun.
  int retries = 0;    // Of a plain retry: refusals by a breaker count, too.
  uint32_t slot = 0;  // For what a policy keeps of it: reused once it ended.
  Ending ending = Ending::kSuccess;  // Of the last attempt.
  Nanos retry_after = 0;             // Told with it.
};

// Of the wait after its last attempt, in [0, 1).
inline double JitterOf(const Operation& operation, uint64_t seed) {
  return Chance(seed, Draw::kJitter, operation.number, operation.attempts);
}

// What an operation does next.
struct Next {
  enum class Do : uint8_t {
    kCall,  // Now.
    kWait,  // Until `at`; then Woke is asked.
    kEnd,   // It is lost.
  };
  Do what = Do::kCall;
  Nanos at = 0;

  static Next Call() { return {Do::kCall, 0}; }
  static Next Wait(Nanos at) { return {Do::kWait, at}; }
  static Next End() { return {Do::kEnd, 0}; }
};

// One policy of all callers, in one run. A wait that would end after the
// operation's deadline ends the operation, whatever the policy says; an attempt
// has what time is left at most.
class Policy {
 public:
  virtual ~Policy() = default;

  // It begins.
  virtual Next Begin(Operation&, Nanos /*now*/) { return Next::Call(); }
  // A wait is over.
  virtual Next Woke(Operation&, Nanos /*now*/) { return Next::Call(); }
  // Its last attempt failed.
  virtual Next Failed(Operation& operation, Nanos now) = 0;
  virtual void Succeeded(Operation&, Nanos /*now*/) {}
  // It is lost since its time is over, not by the policy's own word.
  virtual void RanOut(Operation&, Nanos /*now*/) {}
  // Every kTick of the run.
  virtual void Tick(Nanos /*now*/) {}
  static constexpr Nanos kTick = 10 * kMilli;

  // Questions asked of Recourse; 0 for peers.
  virtual int64_t questions() const { return 0; }
};

struct PolicyKind {
  std::string name;     // As it is called on the command line, and in tables.
  std::string details;  // Its settings, in a line.
  bool is_ours = false;
  // The baseline that never repeats a call.
  bool is_baseline = false;
  // It repeats a failed call at once and for ever: too many events for many
  // callers.
  bool is_hot_loop = false;
  std::function<std::unique_ptr<Policy>(const Scenario&, uint64_t seed)> make;
};

// Of peers that keep something per caller and draw lots: P(callers, seed).
template <typename P>
PolicyKind PeerKind(const char* name, const char* details) {
  PolicyKind kind;
  kind.name = name;
  kind.details = details;
  kind.make = [](const Scenario& scenario, uint64_t seed) {
    return std::make_unique<P>(scenario.callers, seed);
  };
  return kind;
}

// All of them, ours last.
std::vector<PolicyKind> AllPolicies();

// By file, under policies/.
std::vector<PolicyKind> BackoffPolicies();
PolicyKind Polly();  // breaker_retries.cc, as the last.
PolicyKind Grpc();
PolicyKind Finagle();
PolicyKind Resilience4j();

// What a caller's own loop may leave out of what Recourse's clients do.
struct OursOptions {
  bool watches_circuits = true;  // Else it just runs when told.
  bool tells_calls = true;       // Else nobody knows how often it calls.
};
PolicyKind Ours(const OursOptions& options = {});

}  // namespace recourse::drill
