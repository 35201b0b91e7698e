#include "client/cli/refused_lines.h"

#include "client/cli/text.h"

namespace recourse::cli {

void RefusedLines::Add(const std::string& file, int line,
                       absl::string_view message) {
  ++total_;
  if (first_.size() < kMaxShown) {
    first_.push_back({file, line, std::string(message)});
  }
}

void RefusedLines::Print(std::ostream& err) const {
  for (const Line& line : first_) {
    err << line.file << ':' << line.line << ": refused: " << line.message
        << '\n';
  }
  const int64_t more = total_ - static_cast<int64_t>(first_.size());
  if (more > 0) err << Counted(more, "refused line") << " more\n";
}

void RefusedLines::AddTo(nlohmann::ordered_json& result) const {
  result["refused"] = total_;
  result["refused_lines"] = nlohmann::ordered_json::array();
  for (const Line& line : first_) {
    result["refused_lines"].push_back(
        {{"file", line.file}, {"line", line.line}, {"message", line.message}});
  }
}

}  // namespace recourse::cli
