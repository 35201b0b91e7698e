#include "server/match/stack_frames.h"

#include <cstddef>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"

namespace recourse {
namespace {

size_t CountDigits(absl::string_view text) {
  size_t count = 0;
  while (count < text.size() && absl::ascii_isdigit(text[count])) ++count;
  return count;
}

// at com.acme.Job.run(Job.java:7); at /srv/app.js:3:9; at Acme.Job.Run() in ...
// "at least 5" and "at line 3, column 5" are no frames.
bool IsAtFrame(absl::string_view line) {
  if (!absl::ConsumePrefix(&line, "at ")) return false;
  absl::ConsumePrefix(&line, "async ");
  absl::ConsumePrefix(&line, "new ");
  if (line.empty()) return false;
  const size_t end = line.find_first_of(" (");
  const absl::string_view place = line.substr(0, end);
  const bool qualified =
      absl::StrContains(place, '.') || absl::StrContains(place, ':') ||
      absl::StrContains(place, '/') || absl::StrContains(place, '<');
  if (end != absl::string_view::npos && line[end] == '(') return true;
  return qualified || (end != absl::string_view::npos &&
                       absl::StartsWith(line.substr(end), " ("));
}

// #0 /srv/a.php(3): f(); 12: 0x55d7c8 node::Abort(); 3: core::result::unwrap.
bool IsNumberedFrame(absl::string_view line) {
  if (line[0] == '#') {
    line.remove_prefix(1);
    const size_t digits = CountDigits(line);
    return digits > 0 && absl::StartsWith(line.substr(digits), " ");
  }
  const size_t digits = CountDigits(line);
  if (digits == 0 || digits > 3) return false;
  const absl::string_view rest = line.substr(digits);
  return absl::StartsWith(rest, ": 0x") ||
         (absl::StartsWith(rest, ": ") && absl::StrContains(rest, "::") &&
          !absl::StrContains(rest.substr(2), ' '));
}

bool IsMarks(absl::string_view line) {
  return line.find_first_not_of("^~ -") == absl::string_view::npos &&
         line.find_first_of("^~") != absl::string_view::npos;
}

}  // namespace

bool IsPythonFrame(absl::string_view line) {
  return absl::StartsWith(line, "File \"") &&
         absl::StrContains(line, ", line ");
}

bool IsStackFrame(absl::string_view line) {
  switch (line[0]) {
    case 'a':
      return IsAtFrame(line);
    case 'F':
      return IsPythonFrame(line);
    case '.':
      return absl::StartsWith(line, "... ") &&
             (absl::EndsWith(line, " more") ||
              absl::EndsWith(line, "common frames omitted"));
    case '-':
      return absl::StartsWith(line, "--- End of ");
    case 'g':
      return absl::StartsWith(line, "goroutine ") && absl::EndsWith(line, "]:");
    case 'f':
      return absl::StartsWith(line, "from /") &&
             absl::StrContains(line, ":in ");
    case '^':
    case '~':
      return IsMarks(line);
    default:
      return line[0] == '#' || absl::ascii_isdigit(line[0])
                 ? IsNumberedFrame(line)
                 : false;
  }
}

}  // namespace recourse
