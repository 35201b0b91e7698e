#include "server/incident/delivery_rules.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace recourse {
namespace {

DeliveryVerdict VerdictOf(int status) {
  if (status >= 200 && status < 300) return DeliveryVerdict::kDelivered;
  if (status == 410) return DeliveryVerdict::kGone;
  const bool passing =
      status == 408 || status == 409 || status == 425 || status == 429;
  return status >= 400 && status < 500 && !passing ? DeliveryVerdict::kRefused
                                                   : DeliveryVerdict::kTryAgain;
}

}  // namespace

Judgement Judge(const absl::StatusOr<HttpResponse>& answer, absl::Time now) {
  if (!answer.ok()) {
    return {.verdict = absl::IsCancelled(answer.status())
                           ? DeliveryVerdict::kInterrupted
                           : DeliveryVerdict::kTryAgain,
            .error = std::string(answer.status().message())};
  }
  Judgement judgement{.verdict = VerdictOf(answer->status)};
  if (judgement.verdict == DeliveryVerdict::kDelivered) return judgement;
  judgement.error = absl::StrCat("the endpoint answered ", answer->status);
  const auto retry_after = answer->headers.find("retry-after");
  if (retry_after != answer->headers.end()) {
    judgement.retry_after = ParseRetryAfter(retry_after->second, now);
  }
  return judgement;
}

std::optional<absl::Duration> ParseRetryAfter(absl::string_view value,
                                              absl::Time now) {
  value = absl::StripAsciiWhitespace(value);
  uint32_t seconds;
  if (absl::SimpleAtoi(value, &seconds)) return absl::Seconds(seconds);
  absl::Time date;
  // RFC 9110's preferred form; the two obsolete ones are not worth it.
  if (absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", value, &date, nullptr)) {
    return std::max(date - now, absl::ZeroDuration());
  }
  return std::nullopt;
}

absl::Duration RetryWait(int attempts,
                         std::optional<absl::Duration> retry_after) {
  constexpr int kEnoughDoublings = 20;
  const int doublings = std::clamp(attempts - 1, 0, kEnoughDoublings);
  const absl::Duration wait =
      std::min(kFirstRetryWait * (int64_t{1} << doublings), kMaxRetryWait);
  const absl::Duration asked = retry_after.value_or(absl::ZeroDuration());
  return std::max(wait, std::min(asked, kMaxHonouredRetryAfter));
}

bool WorthTelling(absl::string_view event, v1::IncidentState state,
                  bool opened_was_told) {
  if (event == "resolved") return opened_was_told;
  return state != v1::INCIDENT_STATE_RESOLVED;
}

}  // namespace recourse
