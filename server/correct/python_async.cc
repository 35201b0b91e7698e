// PYTHON_ASYNC.
#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "server/correct/fixer_parts.h"
#include "server/correct/python_scopes.h"

namespace recourse {
namespace {

// What a function's own code holds.
struct Uses {
  bool awaits = false;
  bool yields = false;
  bool yields_from = false;
  bool returns_value = false;
};

// A special method that Python itself calls and does not await.
bool IsSynchronousByName(absl::string_view name) {
  static constexpr absl::string_view kAwaited[] = {"__aenter__", "__aexit__",
                                                   "__anext__", "__call__"};
  return absl::StartsWith(name, "__") && absl::EndsWith(name, "__") &&
         std::find(std::begin(kAwaited), std::end(kAwaited), name) ==
             std::end(kAwaited);
}

// `await x`, `async with`, `async for`; not a name `await` of old programs.
bool IsAwait(const PythonSource& source, const PyLine& line, size_t token) {
  if (token + 1 >= line.end_token) return false;
  if (source.Is(token, "async")) {
    return source.Is(token + 1, "with") || source.Is(token + 1, "for");
  }
  return source.Is(token, "await") &&
         (BeginsOperand(source, token + 1) || source.Is(token + 1, "(") ||
          source.Is(token + 1, "["));
}

// For each token of the line: inside a generator expression? Those may await
// in any function.
std::vector<bool> InGenerator(const PythonSource& source, const PyLine& line) {
  const size_t count = line.end_token - line.first_token;
  std::vector<bool> generator(count);  // By opening bracket.
  std::vector<size_t> open;
  for (size_t i = 0; i < count; ++i) {
    const absl::string_view text = source.Text(line.first_token + i);
    if (text == "(" || text == "[" || text == "{") open.push_back(i);
    if (open.empty()) continue;
    if (text == "for")
      generator[open.back()] = source.Is(line.first_token + open.back(), "(");
    if (text == ")" || text == "]" || text == "}") open.pop_back();
  }
  std::vector<bool> inside(count);
  size_t generators = 0;
  for (size_t i = 0; i < count; ++i) {
    const absl::string_view text = source.Text(line.first_token + i);
    inside[i] = generators > 0;
    if (text == "(" || text == "[" || text == "{") {
      open.push_back(i);
      generators += generator[i] ? 1 : 0;
    } else if (!open.empty() && (text == ")" || text == "]" || text == "}")) {
      generators -= generator[open.back()] ? 1 : 0;
      open.pop_back();
    }
  }
  return inside;
}

class AsyncFixer {
 public:
  explicit AsyncFixer(absl::string_view text)
      : source_(text), blocks_(source_) {}

  Fixed Fix() {
    if (!ReadsCleanly(source_) || !blocks_.problems().empty()) {
      return std::nullopt;
    }
    const PythonScopes scopes(source_, blocks_);
    uses_.resize(scopes.scopes().size());
    for (size_t i = 0; i < source_.lines().size(); ++i) {
      if (!ReadLine(scopes, i)) return std::nullopt;
    }
    std::vector<TextEdit> edits;
    for (size_t i = 0; i < uses_.size(); ++i) {
      const PyScope& scope = scopes.scopes()[i];
      if (!uses_[i].awaits || scope.is_async) continue;
      if (!CanBeAsync(scope, scopes.NameOf(scope), uses_[i])) {
        return std::nullopt;
      }
      edits.push_back({source_.tokens()[scope.def_token].begin, 0, "async "});
    }
    if (edits.empty()) return std::nullopt;
    return ApplyEdits(source_.text(), edits);
  }

 private:
  // False: an await in a lambda, which cannot be async.
  bool ReadLine(const PythonScopes& scopes, size_t index) {
    const PyLine& line = source_.lines()[index];
    const std::vector<bool> generator = InGenerator(source_, line);
    bool lambda = false;
    for (size_t i = line.first_token; i < line.end_token; ++i) {
      const size_t scope = scopes.ScopeOf(index, i);
      Uses& uses = uses_[scope];
      if (source_.tokens()[i].kind != PythonToken::kName) continue;
      lambda |= source_.Is(i, "lambda");
      if (generator[i - line.first_token]) continue;
      if (IsAwait(source_, line, i)) {
        if (lambda && !scopes.scopes()[scope].is_async) return false;
        uses.awaits = true;
      } else if (source_.Is(i, "yield") && !lambda) {
        uses.yields = true;
        uses.yields_from |= source_.Is(i + 1, "from");
      } else if (source_.Is(i, "return")) {
        uses.returns_value |= i + 1 < line.end_token && !source_.Is(i + 1, ";");
      }
    }
    return true;
  }

  bool CanBeAsync(const PyScope& scope, absl::string_view name,
                  const Uses& uses) const {
    if (scope.kind != PyScope::Kind::kFunction || IsSynchronousByName(name)) {
      return false;
    }
    if (uses.yields_from || (uses.yields && uses.returns_value)) return false;
    return !(uses.yields && IsContextManager(scope.line));
  }

  // @contextmanager takes no async generator.
  bool IsContextManager(size_t line) const {
    while (line-- > 0) {
      const PyLine& decorator = source_.lines()[line];
      if (!source_.Is(decorator.first_token, "@")) return false;
      for (size_t i = decorator.first_token; i < decorator.end_token; ++i) {
        if (source_.Is(i, "contextmanager")) return true;
      }
    }
    return false;
  }

  const PythonSource source_;
  const PythonBlocks blocks_;
  std::vector<Uses> uses_;  // By scope.
};

}  // namespace

Fixed FixPythonAsync(absl::string_view text) { return AsyncFixer(text).Fix(); }

}  // namespace recourse
