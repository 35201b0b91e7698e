// PYTHON_AWAIT: calls of coroutine functions whose coroutine is thrown away or
// taken for its result.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "server/correct/error_hints.h"
#include "server/correct/fixer_parts.h"
#include "server/correct/python_imports.h"
#include "server/correct/python_scopes.h"

namespace recourse {
namespace {

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// What coroutines, tasks and futures have themselves.
bool IsCoroutineMember(absl::string_view name) {
  return IsOneOf(name,
                 {"send", "throw", "close", "cr_await", "cr_code", "cr_frame",
                  "cr_running", "__await__", "add_done_callback", "cancel",
                  "cancelled", "done", "result", "exception"});
}

// A call name(...) or a.b.name(...), brackets included.
struct Call {
  size_t begin = 0;  // Of the first name.
  size_t close = 0;  // Of the closing bracket.
};

class AwaitFixer {
 public:
  AwaitFixer(absl::string_view text, const FixerHints& hints)
      : source_(text), blocks_(source_), hints_(hints) {}

  Fixed Fix() {
    if (!ReadsCleanly(source_) || !blocks_.problems().empty()) {
      return std::nullopt;
    }
    scopes_.emplace(source_, blocks_);
    if (!FindCoroutines()) return std::nullopt;
    for (size_t i = 0; i < source_.lines().size(); ++i) ReadLine(i);
    if (edits_.empty() && !awaited_) edits_ = returns_;
    if (edits_.empty()) return std::nullopt;
    if (runs_ && !AddAsyncioImport()) return std::nullopt;
    return ApplyEdits(source_.text(), edits_);
  }

 private:
  // The names that stand for coroutine functions; false: none is certain.
  bool FindCoroutines() {
    const std::vector<std::string> named = NeverAwaited(hints_);
    std::set<absl::string_view> synchronous;
    std::set<absl::string_view> asynchronous;
    for (const PyScope& scope : scopes_->scopes()) {
      if (scope.kind != PyScope::Kind::kFunction) continue;
      (scope.is_async ? asynchronous : synchronous)
          .insert(scopes_->NameOf(scope));
    }
    coroutines_.insert(named.begin(), named.end());
    if (named.empty() && MisusesCoroutine(hints_)) {
      for (const absl::string_view name : asynchronous) {
        coroutines_.emplace(name);
      }
    }
    for (const absl::string_view name : synchronous) {
      coroutines_.erase(std::string(name));
    }
    return !coroutines_.empty();
  }

  void ReadLine(size_t index) {
    const PyLine& line = source_.lines()[index];
    bool lambda = false;
    for (size_t i = line.first_token; i < line.end_token; ++i) {
      if (source_.Is(i, "lambda")) lambda = true;
      if (source_.tokens()[i].kind != PythonToken::kName ||
          !source_.Is(i + 1, "(") || lambda ||
          coroutines_.count(std::string(source_.Text(i))) == 0) {
        continue;
      }
      const Call call = CallAt(line, i);
      if (call.close != 0) ReadCall(index, line, call);
    }
  }

  Call CallAt(const PyLine& line, size_t name) const {
    Call call{name, 0};
    while (call.begin >= line.first_token + 2 &&
           source_.Is(call.begin - 1, ".") &&
           source_.tokens()[call.begin - 2].kind == PythonToken::kName) {
      call.begin -= 2;
    }
    // A call on the result of something else is beyond this.
    if (call.begin > line.first_token && source_.Is(call.begin - 1, ".")) {
      return call;
    }
    const uint32_t depth = source_.tokens()[name].depth;
    for (size_t i = name + 2; i < line.end_token; ++i) {
      if (source_.tokens()[i].depth == depth && source_.Is(i, ")")) {
        call.close = i;
        break;
      }
    }
    return call;
  }

  void ReadCall(size_t index, const PyLine& line, const Call& call) {
    const PyScope& scope =
        scopes_->scopes()[scopes_->ScopeOf(index, call.begin)];
    const absl::string_view before =
        call.begin > line.first_token ? source_.Text(call.begin - 1) : "";
    awaited_ |= before == "await";
    const bool ends =
        call.close + 1 == line.end_token || source_.Is(call.close + 1, ";");
    const bool statement = ends && (before.empty() || before == ";");
    if (scope.kind == PyScope::Kind::kModule) {
      if (statement && IsTopLevel(index)) Run(call);
      return;
    }
    if (!scope.is_async) return;
    if (source_.tokens()[call.begin].depth > 0) return;
    if (statement || (ends && IsMisusedTarget(index, line, call)) ||
        IsTested(line, call, before)) {
      Await(call, false);
    } else if (source_.Is(call.close + 1, "[") ||
               (source_.Is(call.close + 1, ".") &&
                !IsCoroutineMember(source_.Text(call.close + 2)))) {
      if (before != "await") Await(call, true);
    } else if (before == "return" && ends) {
      const uint32_t at = source_.tokens()[call.begin].begin;
      returns_.push_back({at, 0, "await "});
    }
  }

  // At the left margin, or in `if __name__ == "__main__":`.
  bool IsTopLevel(size_t index) const {
    if (blocks_.lines()[index].indent.column == 0) return true;
    size_t header = index;
    while (header-- > 0) {
      if (blocks_.lines()[header].indent.column == 0) break;
    }
    return source_.Is(source_.lines()[header].first_token + 1, "__name__");
  }

  // if f():  while not f():  for x in f():
  bool IsTested(const PyLine& line, const Call& call,
                absl::string_view before) const {
    const absl::string_view word = source_.Text(line.first_token);
    if (!source_.Is(call.close + 1, ":") || call.close + 2 != line.end_token) {
      return false;
    }
    if (word == "for") return before == "in";
    return IsOneOf(word, {"if", "elif", "while"}) &&
           IsOneOf(before, {"if", "elif", "while", "not", "and", "or"});
  }

  // x = f(), where the function goes on to use x as what f gives.
  bool IsMisusedTarget(size_t index, const PyLine& line,
                       const Call& call) const {
    if (call.begin < line.first_token + 2 || !source_.Is(call.begin - 1, "=")) {
      return false;
    }
    if (call.begin - 1 == line.first_token + 1) {
      return MisusesName(index, source_.Text(line.first_token));
    }
    // Two names cannot be taken out of a coroutine.
    for (size_t i = line.first_token; i < call.begin - 1; ++i) {
      if (source_.tokens()[i].depth == 0 && source_.Is(i, ",")) return true;
    }
    return false;
  }

  bool MisusesName(size_t index, absl::string_view name) const {
    const size_t scope =
        scopes_->ScopeOf(index, source_.lines()[index].first_token);
    bool used = false;
    for (size_t l = scopes_->scopes()[scope].line; l < source_.lines().size();
         ++l) {
      const PyLine& line = source_.lines()[l];
      for (size_t i = line.first_token; i < line.end_token; ++i) {
        if (source_.Text(i) != name || scopes_->ScopeOf(l, i) != scope ||
            (i > line.first_token && source_.Is(i - 1, "."))) {
          continue;
        }
        if (source_.Is(i + 1, "=") && i == line.first_token) continue;
        if (!IsUseOfResult(line, i)) return false;
        used = true;
      }
    }
    return used || !NeverAwaited(hints_).empty();
  }

  // x.member, x[...], a test or an operation: no coroutine does that.
  bool IsUseOfResult(const PyLine& line, size_t i) const {
    if (i > line.first_token && source_.Is(i - 1, "await")) return false;
    if (source_.Is(i + 1, ".")) {
      return !IsCoroutineMember(source_.Text(i + 2));
    }
    if (i + 1 < line.end_token &&
        IsOneOf(source_.Text(i + 1), {"[", "+", "-", "*", "/", "%", "<", ">",
                                      "<=", ">=", "==", "!="})) {
      return true;
    }
    return i > line.first_token && source_.Is(i - 1, "in");
  }

  void Await(const Call& call, bool bracketed) {
    const uint32_t at = source_.tokens()[call.begin].begin;
    edits_.push_back({at, 0, bracketed ? "(await " : "await "});
    if (bracketed) {
      edits_.push_back({source_.tokens()[call.close].end, 0, ")"});
    }
  }

  void Run(const Call& call) {
    edits_.push_back({source_.tokens()[call.begin].begin, 0, "asyncio.run("});
    edits_.push_back({source_.tokens()[call.close].end, 0, ")"});
    runs_ = true;
  }

  bool AddAsyncioImport() {
    if (ImportsAsyncio()) return true;
    if (MayBind(source_, "asyncio")) return false;
    const auto edit = InsertImports(source_, {"import asyncio"});
    if (!edit.has_value()) return false;
    const auto behind =
        std::find_if(edits_.begin(), edits_.end(),
                     [&](const TextEdit& e) { return e.at >= edit->at; });
    edits_.insert(behind, *edit);
    return true;
  }

  bool ImportsAsyncio() const {
    return std::any_of(source_.lines().begin(), source_.lines().end(),
                       [&](const PyLine& line) {
                         return source_.Is(line.first_token, "import") &&
                                source_.Is(line.first_token + 1, "asyncio");
                       });
  }

  const PythonSource source_;
  const PythonBlocks blocks_;
  const FixerHints& hints_;
  std::optional<PythonScopes> scopes_;
  std::set<std::string> coroutines_;
  std::vector<TextEdit> edits_;    // In order.
  std::vector<TextEdit> returns_;  // Taken when there is nothing better.
  bool awaited_ = false;           // One of the calls is.
  bool runs_ = false;
};

}  // namespace

Fixed FixPythonAwait(absl::string_view text, const FixerHints& hints) {
  if (NeverAwaited(hints).empty() && !MisusesCoroutine(hints)) {
    return std::nullopt;
  }
  return AwaitFixer(text, hints).Fix();
}

}  // namespace recourse
