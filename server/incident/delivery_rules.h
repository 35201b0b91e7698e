// What an endpoint's answer means, and what is worth telling. Pure. Private to
// server/incident/.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "recourse/v1/incidents.pb.h"
#include "server/incident/http_client.h"

namespace recourse {

inline constexpr absl::Duration kFirstRetryWait = absl::Seconds(1);
inline constexpr absl::Duration kMaxRetryWait = absl::Minutes(10);
inline constexpr absl::Duration kMaxHonouredRetryAfter = absl::Hours(1);

enum class DeliveryVerdict {
  kDelivered,    // 2xx.
  kTryAgain,     // No answer, 3xx, 408, 409, 425, 429, 5xx.
  kRefused,      // Any other 4xx: it would be refused again.
  kGone,         // 410: nothing is to be sent there any more.
  kInterrupted,  // We are shutting down: it was no try.
};

struct Judgement {
  DeliveryVerdict verdict = DeliveryVerdict::kDelivered;
  std::string error = {};  // Why not delivered.
  std::optional<absl::Duration> retry_after = {};
};

// Source: Standard Webhooks, "operational considerations".
Judgement Judge(const absl::StatusOr<HttpResponse>& answer, absl::Time now);

// Seconds or an HTTP date; nullopt for anything else.
std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::Time now);

// Before the next try, `attempts` >= 1 having failed: 1 s, 2 s, 4 s ... 512 s,
// 10 min, 10 min ..., and no less than the endpoint asked for.
absl::Duration RetryWait(int attempts,
                         std::optional<absl::Duration> retry_after);

// Whether people are to be told of `event` (opened, repeated, resolved) of an
// incident that is in `state` by now, on a channel that was or was not told
// that it was opened. What is over before anybody heard of it is not told.
//
// Source: Alertmanager's DedupStage (notify.go).
bool WorthTelling(absl::string_view event, v1::IncidentState state,
                  bool opened_was_told);

}  // namespace recourse
