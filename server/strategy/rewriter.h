// The mechanical half of error_correction: rewrites applied to one text.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/correct/fixers.h"
#include "server/model/failure.h"
#include "server/model/step.h"

namespace recourse {

// A corrected text may not be longer than the largest state.
inline constexpr size_t kMaxCorrectedBytes = 1 << 20;
// Bytes that all searches of one correction may read, each counted as if it
// read to the end of the text: RE2 is linear per search, but a rewrite that
// searches after every match is not. 128 MiB is some 4,000 replacements in
// 64 KiB, and about 0.3 s. A regex of more than kLightInstructions counts as
// many times more: where its DFA does not fit, each byte costs as much.
inline constexpr int64_t kMaxSearchedBytes = int64_t{128} << 20;
inline constexpr int kLightInstructions = 128;
// Bytes times instructions of one search, at worst some 2 s.
inline constexpr int64_t kMaxSearchWork = int64_t{64} << 20;

// The named groups of the error's own regex, for ${error.NAME}. Borrows both
// arguments; not safe for concurrent use.
class ErrorCaptures {
 public:
  // `regex` may be null: then there are none.
  ErrorCaptures(const RE2* regex, const Failure& failure);

  // `text` with every ${error.NAME} replaced; nullopt when a group does not
  // exist or took no part in the match, or when the result would be longer than
  // any corrected text. With `for_rewrite` the captures'
  // backslashes are doubled, so that RE2::Rewrite takes them literally.
  std::optional<std::string> Expand(absl::string_view text,
                                    bool for_rewrite) const;

 private:
  std::optional<absl::string_view> Find(const std::string& name) const;

  const RE2* const regex_;
  std::vector<re2::StringPiece> groups_;  // Empty: it did not match.
};

// Applies lists of rewrites within one budget of work. Not safe for concurrent
// use.
class Rewriter {
 public:
  // Asked before each search; true ends the work. Null: the budget alone does.
  using TimeIsUp = std::function<bool()>;

  explicit Rewriter(const ErrorCaptures& captures, FixerHints hints = {},
                    const TimeIsUp* time_is_up = nullptr)
      : captures_(captures), hints_(hints), time_is_up_(time_is_up) {}

  // `text` after all `rewrites`, in order, each on the last one's output; those
  // that changed something are named in `applied`, when that is not null.
  // RESOURCE_EXHAUSTED: kMaxCorrectedBytes or kMaxSearchedBytes exceeded, or
  // time is up.
  absl::StatusOr<std::string> Apply(const std::vector<Rewrite>& rewrites,
                                    std::string text,
                                    std::vector<std::string>* applied);

  // True when `regex` matches somewhere in `text`. Errors as Apply.
  absl::StatusOr<bool> Matches(const RE2& regex, absl::string_view text);

 private:
  absl::StatusOr<bool> GuardsHold(const Rewrite& rewrite,
                                  absl::string_view text);
  absl::StatusOr<std::string> ApplyOne(const Rewrite& rewrite,
                                       const std::string& text);
  absl::StatusOr<std::string> Fix(const Rewrite& rewrite,
                                  const std::string& text);
  // As RE2::GlobalReplace, within the limits.
  absl::StatusOr<std::string> ReplaceAll(const RE2& regex,
                                         const std::string& replacement,
                                         const std::string& text);
  // For a search of `bytes` with `regex`, or for as many bytes read once.
  absl::Status Spend(size_t bytes, const RE2& regex);
  absl::Status Spend(size_t bytes);

  const ErrorCaptures& captures_;
  const FixerHints hints_;
  const TimeIsUp* const time_is_up_;
  int64_t budget_ = kMaxSearchedBytes;
};

}  // namespace recourse
