// A question to Recourse, out of what its caller knows.
#pragma once

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cpp/run_options.h"
#include "client/cpp/shared.h"
#include "google/protobuf/struct.pb.h"
#include "recourse/v1/calls.pb.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// What changes from one question of a recovery to the next.
struct Asked {
  const v1::ErrorDetails* error = nullptr;  // Null: it never ran.
  absl::string_view target;
  const google::protobuf::Struct* state = nullptr;  // Null: none is sent.
  absl::string_view token;
  absl::Duration time_remaining = absl::InfiniteDuration();
  bool circuit_open = false;
  std::optional<v1::TargetCalls> calls = {};
};

// The context, with a request_id of its own.
v1::RecoveryContext QuestionOf(const Shared& shared, const RunOptions& options,
                               const Asked& asked);

}  // namespace recourse
