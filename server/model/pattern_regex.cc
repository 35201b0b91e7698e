#include "server/model/pattern_regex.h"

#include <optional>
#include <utility>

#include "absl/base/call_once.h"

namespace recourse {

struct PatternRegex::Pending {
  absl::once_flag once;
  std::string text;
  RE2::Options options;
  std::optional<RE2> regex;
};

PatternRegex::PatternRegex(std::shared_ptr<const RE2> compiled)
    : compiled_(std::move(compiled)) {}

PatternRegex PatternRegex::WhenNeeded(std::string text,
                                      const RE2::Options& options) {
  PatternRegex regex;
  regex.pending_ = std::make_shared<Pending>();
  regex.pending_->text = std::move(text);
  regex.pending_->options = options;
  return regex;
}

const RE2* PatternRegex::get() const {
  if (!pending_) return compiled_.get();
  absl::call_once(pending_->once, [this] {
    pending_->regex.emplace(pending_->text, pending_->options);
  });
  return &*pending_->regex;
}

}  // namespace recourse
