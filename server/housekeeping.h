// What a server does once a second beside its calls: it moves circuits on,
// saves statistics and circuits that changed, and asks the store whether it is
// there.
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <thread>

#include "absl/time/time.h"
#include "server/record/statistics.h"
#include "server/store/store.h"
#include "server/targets/circuit_book.h"

namespace recourse {

// Key of the saved statistics.
inline constexpr char kStatisticsKey[] = "statistics/local";

// Owns a thread from construction to destruction. What it points to outlives
// it.
class Housekeeping {
 public:
  // `statistics` may be null; `clock` is theirs and the guard's; `on_store` is
  // told whether the store answers, at first and whenever that changes.
  Housekeeping(Store* store, Statistics* statistics, Guard* guard,
               CircuitBook* circuits, std::function<absl::Time()> clock,
               std::function<void(bool available)> on_store);
  ~Housekeeping();  // Saves once more.

 private:
  void Run();
  void Tick();

  Store* const store_;
  Statistics* const statistics_;
  Guard* const guard_;
  CircuitBook* const circuits_;
  const std::function<absl::Time()> clock_;
  const std::function<void(bool)> on_store_;
  int64_t saved_changes_ = 0;  // Touched by the thread alone, as below.
  std::optional<bool> available_;
  std::promise<void> stop_;
  std::thread thread_;
};

}  // namespace recourse
