// Random messages of any type, by reflection, for round trips.
#pragma once

#include <random>

#include "absl/base/config.h"
#include "google/protobuf/message.h"

namespace recourse {

// Random tests do a tenth of their rounds under sanitizers.
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
inline constexpr int kRoundDivisor = 10;
#else
inline constexpr int kRoundDivisor = 1;
#endif

struct RandomMessageOptions {
  int max_depth = 6;
  // Texts of any characters rather than of the letters a to e.
  bool wild_texts = true;
};

// Fills `message` with what a valid one may hold: defined enum values,
// durations of at least zero, finite numbers, JSON values of some kind.
void FillRandomly(google::protobuf::Message& message, std::mt19937_64& random,
                  const RandomMessageOptions& options);

}  // namespace recourse
