// The regular expression of a pattern.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "re2/re2.h"

namespace recourse {

// Compiled when it is made, or when it is first asked for. Copies share it.
//
// Thread safety: safe for concurrent use, as a shared_ptr is.
class PatternRegex {
 public:
  PatternRegex() = default;  // None.
  // Implicit, so that what was compiled already can be assigned.
  // NOLINTNEXTLINE(google-explicit-constructor)
  PatternRegex(std::shared_ptr<const RE2> compiled);

  // Compiles `text` at the first use, which takes some tenths of a millisecond.
  // REQUIRES: `text` compiles with `options`.
  static PatternRegex WhenNeeded(std::string text, const RE2::Options& options);

  // Null: none.
  const RE2* get() const;
  const RE2& operator*() const { return *get(); }
  const RE2* operator->() const { return get(); }
  bool operator==(std::nullptr_t) const { return !compiled_ && !pending_; }

 private:
  struct Pending;

  std::shared_ptr<const RE2> compiled_;
  std::shared_ptr<Pending> pending_;
};

}  // namespace recourse
