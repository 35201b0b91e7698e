// Remembers the answer to a request id, so that a repeated request gets it
// again and is counted once, also while the first is still being decided.
#pragma once

#include <functional>
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
// Thread safety: safe for concurrent use; never blocks.
class RequestMemo {
 private:
  struct State;

 public:
  static constexpr absl::Duration kLifetime = absl::Minutes(10);
  // Answers larger than this (big states) are not remembered.
  static constexpr size_t kMaxDecisionBytes = 64 << 10;
  // All answers and keys together; beyond it the oldest are forgotten.
  static constexpr size_t kMaxTotalBytes = 64 << 20;
  // Requests that wait for an equal one, all together.
  static constexpr size_t kMaxFollowers = 1'000;
  static constexpr size_t kMaxFollowerBytes = 64 << 20;

  using Answer = std::shared_ptr<const Decision>;

  // The right to decide a request, which one alone has at a time.
  class Claim {
   public:
    Claim(std::shared_ptr<State> state, std::string key);
    // Without Complete: the request was not answered; who follows is called
    // with null, one after the other.
    ~Claim();
    Claim(const Claim&) = delete;
    Claim& operator=(const Claim&) = delete;

    // Remembers the answer and calls who follows with it. At most once.
    void Complete(const Answer& answer, absl::Time now);

   private:
    const std::shared_ptr<State> state_;
    std::string key_;  // Empty once completed.
  };

  // Called once, with the answer of the request that was first, or with null
  // when it ended without one: enter again then. Called from the thread that
  // ends the first, without a lock held: it must not block.
  using Follower = std::function<void(Answer answer)>;

  // What a request is to do: `answer` is set when it was decided before,
  // `claim` when the caller is to decide it. Neither: `follower` will be called
  // and `follows` is set; or there are too many that wait already.
  struct Entrance {
    Answer answer = nullptr;
    std::unique_ptr<Claim> claim = nullptr;
    bool follows = false;
  };

  explicit RequestMemo(size_t capacity = 10'000);
  ~RequestMemo();

  // `bytes`: about what `follower` holds.
  Entrance Enter(absl::string_view key, size_t bytes, absl::Time now,
                 Follower follower);

 private:
  const std::shared_ptr<State> state_;
};

}  // namespace recourse
