// Lines of an error's text that say where it was, not what it was.
#pragma once

#include "absl/strings/string_view.h"

namespace recourse {

// A stack frame as Java, .NET, JavaScript, Python, Ruby, PHP, Go, Rust and V8
// print it, the marks under a line of source, or "... 12 more". `line` is
// trimmed and not empty.
bool IsStackFrame(absl::string_view line);

// A Python frame: the indented line after it is source code.
bool IsPythonFrame(absl::string_view line);

}  // namespace recourse
