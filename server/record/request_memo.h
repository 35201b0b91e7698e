// Remembers the answer to a request id, so that a repeated request gets it
// again and is counted once.
#pragma once

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "server/model/decision.h"

namespace recourse {

// A request is identified by (namespace, calling service, request_id); the
// caller of this class joins them into `key`. Bounded: beyond `capacity` the
// oldest are forgotten.
//
// Thread safety: safe for concurrent use.
class RequestMemo {
 public:
  static constexpr absl::Duration kLifetime = absl::Minutes(10);
  // Answers larger than this (big states) are not remembered.
  static constexpr size_t kMaxDecisionBytes = 64 << 10;
  // All answers and keys together; beyond it the oldest are forgotten.
  static constexpr size_t kMaxTotalBytes = 64 << 20;

  explicit RequestMemo(size_t capacity = 10'000);
  ~RequestMemo();

  std::shared_ptr<const Decision> Find(absl::string_view key, absl::Time now);
  void Remember(absl::string_view key, std::shared_ptr<const Decision> decision,
                absl::Time now);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

}  // namespace recourse
