// The part of Run that does not depend on the answer's type.
#pragma once

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/cpp/client.h"
#include "client/cpp/run_options.h"
#include "google/protobuf/struct.pb.h"
#include "recourse/v1/incidents.pb.h"
#include "recourse/v1/recovery.pb.h"

namespace recourse {

// One recovery: Begin, then after each failed attempt Failed, and Report where
// that does not end it. recovery_runner.h shows the loop.
//
// Thread safety: none; `client` and `options` must outlive it.
class RecoveryEngine {
 public:
  // Questions of one recovery: far above what a server grants (10 retries and
  // 16 steps), so that a broken one cannot hold a caller for ever.
  static constexpr int kMaxQuestions = 200;

  enum class Next {
    kRunAgain,  // attempt() says how.
    kStandIn,   // stand_in() is the answer; to be reported by the caller.
    kSkip,      // A person said so; reported; resolution() has the note.
    kEnd,       // status() is the answer; reported.
  };

  RecoveryEngine(Client& client, const RunOptions& options);

  // Counts the first call. CANCELLED: stop was asked before it.
  absl::Status Begin();

  // How to run the operation now.
  const Attempt& attempt() const { return attempt_; }

  // Asks what to do about `error` (never OK), and does it up to the next
  // attempt: remediation, wait, people.
  Next Failed(const absl::Status& error);

  // Tells how it ended; the first call counts, and only if Recourse answered.
  void Report(v1::Outcome outcome);

  const absl::Status& status() const { return status_; }
  const google::protobuf::Value& stand_in() const { return stand_in_; }
  const v1::Resolution& resolution() const { return resolution_; }

 private:
  // What a decision leads to; nullopt: ask again.
  using Step = std::optional<Next>;

  Step AskOnce();
  v1::RecoveryContext Context() const;
  Step Obey(const v1::RecoveryResult& result);
  Step Act(const v1::RecoveryResult& result);
  Step Retry(const v1::RetryAction& action);
  Step TakeAlternative(const v1::Alternative& alternative);
  template <typename Action>
  Step RunWithEdits(const Action& action);
  Step AwaitHuman(const v1::EscalationAction& escalation);
  Step Resolve(const v1::Resolution& resolution);
  Step GoOnLocally();
  Step RunAgain(absl::Duration timeout);
  Step WaitAndRun(absl::Duration delay, absl::Duration timeout);

  Next End(v1::Outcome outcome);
  Next Cancelled();
  bool Wait(absl::Duration delay);
  absl::Duration Remaining() const;

  Client& client_;
  const RunOptions& options_;
  const absl::Time deadline_;

  Attempt attempt_;
  absl::Status status_;
  v1::ErrorDetails error_;
  absl::Time failed_since_ = absl::InfinitePast();
  std::string token_;  // Of the last answer; empty: Recourse never answered.
  absl::Duration last_local_delay_;
  int local_retries_ = 0;
  int questions_ = 0;
  bool reported_ = false;
  google::protobuf::Value stand_in_;
  v1::Resolution resolution_;
};

}  // namespace recourse
