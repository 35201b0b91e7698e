#include "server/match/fold_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"

namespace recourse {

void FoldText(absl::string_view text, std::string* folded) {
  static constexpr absl::string_view kLongS = "\xC5\xBF";
  static constexpr absl::string_view kKelvinSign = "\xE2\x84\xAA";
  folded->assign(text.data(), text.size());
  absl::AsciiStrToLower(folded);
  if (absl::StrContains(*folded, kLongS) ||
      absl::StrContains(*folded, kKelvinSign)) {
    absl::StrReplaceAll({{kLongS, "s"}, {kKelvinSign, "k"}}, folded);
  }
}

}  // namespace recourse
