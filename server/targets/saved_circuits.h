// Circuits that are not CLOSED, as they lie in the Store, so that a restart
// does not close them.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/model/circuit.h"
#include "server/store/store.h"

namespace recourse {

inline constexpr char kCircuitsPrefix[] = "circuits/";

// In parts, by a hash of namespace and target: one that changes writes its part
// alone, and all together hold as many circuits as the guard has targets. Of a
// part above the Store's limit of a value, the circuits that stay open longest
// are kept; the others start CLOSED after a restart.
//
//   circuits/<part>  StoredCircuits; none: all of it are CLOSED
//   circuits/local   the same of all, as servers wrote it before there were
//                    parts; the first Save replaces it
//
// Thread-compatible; both methods block on the Store.
class SavedCircuits {
 public:
  static constexpr size_t kParts = 64;

  // Where a circuit is kept, 0..kParts-1: the same in every version.
  static size_t PartOf(absl::string_view ns, absl::string_view target);

  explicit SavedCircuits(Store* store) : store_(store) {}

  // What was saved. The time since counts as open time that has passed.
  absl::StatusOr<std::vector<CircuitSnapshot>> Restore(absl::Time now);

  // Writes the parts of `circuits` that are not as they were restored or last
  // saved. After an error the rest is written by the next call.
  absl::Status Save(std::vector<CircuitSnapshot> circuits, absl::Time now);

 private:
  using Part = std::vector<CircuitSnapshot>;

  void Read(const StoreEntry& entry, absl::Time now, Part* restored);
  StoreOp WriteOf(size_t number, const Part& part, absl::Time now);

  Store* const store_;
  // By namespace and target; nullopt: the Store's is not readable.
  std::array<std::optional<Part>, kParts> saved_ = MakeEmpty();
  bool has_old_key_ = false;
  bool told_cut_ = false;  // The log was told that a part is too large.

  static std::array<std::optional<Part>, kParts> MakeEmpty();
};

}  // namespace recourse
