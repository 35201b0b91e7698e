#include "client/cli/line_findings.h"

#include "absl/strings/str_cat.h"
#include "client/cli/terminal.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

constexpr int kShownColumns = 60;  // Of a key.

}  // namespace

void LineFindings::Add(const std::string& file, int line,
                       const std::string& key, const std::string& text) {
  ++total_;
  const auto known = index_.find({key, text});
  if (known != index_.end()) {
    ++kinds_[known->second].lines;
  } else if (kinds_.size() < kMaxKinds) {
    index_.emplace(std::make_pair(key, text), kinds_.size());
    kinds_.push_back({file, line, key, text});
  }
}

void LineFindings::AddUnread(const std::string& key) {
  if (unread_.size() < kMaxKeys) unread_.insert(key);
}

void LineFindings::Print(std::ostream& err) const {
  for (size_t i = 0; i < kinds_.size() && i < kMaxShown; ++i) {
    const Kind& kind = kinds_[i];
    err << kind.file << ':' << kind.line << ": "
        << (kind.key.empty()
                ? ""
                : absl::StrCat(Cut(OneLine(kind.key), kShownColumns), ": "))
        << kind.text;
    if (kind.lines > 1) {
      err << " (and " << Counted(kind.lines - 1, "line") << " more)";
    }
    err << '\n';
  }
  if (kinds_.size() > kMaxShown) {
    err << Counted(static_cast<int64_t>(kinds_.size() - kMaxShown), "kind")
        << " more\n";
  }
  if (total_ > 0) err << Counted(total_, "finding") << '\n';
  if (unread_.empty()) return;
  err << "keys not read:";
  size_t shown = 0;
  for (const std::string& key : unread_) {
    if (shown++ == kMaxShown) break;
    err << (shown == 1 ? " " : ", ") << Cut(OneLine(key), kShownColumns);
  }
  err << (unread_.size() > kMaxShown ? ", ...\n" : "\n");
}

void LineFindings::AddTo(nlohmann::ordered_json& result) const {
  result["finding_count"] = total_;
  result["findings"] = nlohmann::ordered_json::array();
  for (const Kind& kind : kinds_) {
    result["findings"].push_back({{"file", kind.file},
                                  {"line", kind.line},
                                  {"key", kind.key},
                                  {"text", kind.text},
                                  {"lines", kind.lines}});
  }
  result["keys_not_read"] = nlohmann::ordered_json::array();
  for (const std::string& key : unread_) {
    result["keys_not_read"].push_back(key);
  }
}

}  // namespace recourse::cli
