// What is most likely a mistake in the lines of a file.
#pragma once

#include <cstdint>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

namespace recourse::cli {

// Collects remarks of lines; the same one about many lines is kept once, with
// the first of them. At most kMaxKinds different ones and kMaxKeys keys are
// kept; more of the one only count in the total, of the other are dropped.
class LineFindings {
 public:
  static constexpr size_t kMaxKinds = 1'000;
  static constexpr size_t kMaxKeys = 1'000;
  static constexpr size_t kMaxShown = 20;

  // Of line `line` from 1; `key` may be empty: the line as a whole.
  void Add(const std::string& file, int line, const std::string& key,
           const std::string& text);
  // A key that says nothing about the error: no mistake, but to be known.
  void AddUnread(const std::string& key);

  int64_t total() const { return total_; }

  // "FILE:LINE: KEY: TEXT, and N lines more" of the first kMaxShown kinds, the
  // total, and the keys that were not read. Nothing when there is nothing.
  void Print(std::ostream& err) const;
  // Into `result`: "findings", "finding_count", "keys_not_read".
  void AddTo(nlohmann::ordered_json& result) const;

 private:
  struct Kind {
    std::string file;
    int line = 0;
    std::string key, text;
    int64_t lines = 1;
  };

  std::vector<Kind> kinds_;  // In the order of their first lines.
  std::map<std::pair<std::string, std::string>, size_t> index_;
  std::set<std::string> unread_;
  int64_t total_ = 0;
};

}  // namespace recourse::cli
