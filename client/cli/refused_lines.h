// Lines of files that the server did not take.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace recourse::cli {

// Counts all of them and keeps the first kMaxShown.
class RefusedLines {
 public:
  static constexpr size_t kMaxShown = 20;

  void Add(const std::string& file, int line, absl::string_view message);

  int64_t total() const { return total_; }

  // "FILE:LINE: refused: MESSAGE" each, and how many more there are.
  void Print(std::ostream& err) const;
  // Into `result`: "refused", "refused_lines".
  void AddTo(nlohmann::ordered_json& result) const;

 private:
  struct Line {
    std::string file;
    int line = 0;
    std::string message;
  };

  std::vector<Line> first_;
  int64_t total_ = 0;
};

}  // namespace recourse::cli
