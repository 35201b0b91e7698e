#include "server/model/pattern_regex.h"

#include <atomic>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace recourse {

struct PatternRegex::Pending {
  std::string text;
  RE2::Options options;
  std::atomic<const RE2*> ready = nullptr;
  absl::Mutex mu;
  std::optional<RE2> regex ABSL_GUARDED_BY(mu);
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
  if (const RE2* ready = pending_->ready.load(std::memory_order_acquire)) {
    return ready;
  }
  absl::MutexLock lock(&pending_->mu);
  std::optional<RE2>& regex = pending_->regex;
  if (!regex) regex.emplace(pending_->text, pending_->options);
  pending_->ready.store(&*regex, std::memory_order_release);
  return &*regex;
}

}  // namespace recourse
