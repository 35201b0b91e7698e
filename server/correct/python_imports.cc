// PYTHON_IMPORTS.
#include "server/correct/python_imports.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "server/correct/error_hints.h"
#include "server/correct/fixer_parts.h"

namespace recourse {
namespace {

bool IsOneOf(absl::string_view text,
             std::initializer_list<absl::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool IsAssignment(absl::string_view op) {
  return op == ":=" || (op.size() > 1 && op.back() == '=' &&
                        !IsOneOf(op, {"==", "!=", "<=", ">="}));
}

// Looks at one logical line, from left to right.
class LineBinder {
 public:
  LineBinder(const PythonSource& source, const PyLine& line)
      : source_(source), line_(line) {
    const absl::string_view word = source.Text(line.first_token);
    import_ = word == "import" || word == "from";
    case_ = word == "case";
    definition_ = word == "def" ||
                  (word == "async" && source.Is(line.first_token + 1, "def"));
    // x: int = 1 binds only what stands before the colon.
    bool annotated = false;
    const bool simple = !IsPythonKeyword(word);
    for (size_t i = line.first_token; i < line.end_token; ++i) {
      const PyToken& token = source.tokens()[i];
      if (token.depth > 0) continue;
      const absl::string_view text = source.Text(token);
      if (simple && text == ":" && targets_end_ == 0) {
        annotated = true;
        targets_end_ = i;
      }
      if (!annotated && (text == "=" || IsAssignment(text))) targets_end_ = i;
    }
  }

  bool Binds(absl::string_view name) {
    bool in_for = false;
    bool in_lambda = false;
    for (size_t i = line_.first_token; i < line_.end_token; ++i) {
      const absl::string_view text = source_.Text(i);
      if (text == "for") in_for = true;
      if (text == "in") in_for = false;
      if (text == "lambda") in_lambda = true;
      if (text == ":") in_lambda = false;
      if (text != name || source_.tokens()[i].kind != PythonToken::kName) {
        continue;
      }
      if (i > line_.first_token && source_.Is(i - 1, ".")) continue;
      if (in_for || in_lambda || import_ || BindsAt(i)) return true;
    }
    return false;
  }

 private:
  bool BindsAt(size_t i) const {
    const uint32_t depth = source_.tokens()[i].depth;
    const absl::string_view before =
        i > line_.first_token ? source_.Text(i - 1) : "";
    const absl::string_view after =
        i + 1 < line_.end_token ? source_.Text(i + 1) : "";
    if (IsOneOf(before, {"def", "class", "as", "global", "nonlocal", "del"})) {
      return true;
    }
    if (after == ":=") return true;
    if (definition_ && depth == 1 && IsOneOf(before, {"(", ",", "*", "**"})) {
      return true;
    }
    if (case_ && after != "(" && after != ".") return true;
    if (i == line_.first_token && after == ":") return true;
    return i < targets_end_ && !IsOneOf(after, {".", "[", "("});
  }

  const PythonSource& source_;
  const PyLine& line_;
  bool import_ = false;
  bool case_ = false;
  bool definition_ = false;
  size_t targets_end_ = 0;  // The last assignment; 0: none.
};

// How the text uses a name; attribute empty where it is not the same always.
struct Usage {
  size_t count = 0;
  bool always_attribute = true;
  bool always_called = true;
  bool one_attribute = true;
  absl::string_view attribute;
  std::vector<absl::string_view> attributes;  // Each once, at most a few.
};

Usage UsageOf(const PythonSource& source, absl::string_view name) {
  constexpr size_t kMaxAttributes = 32;
  Usage usage;
  for (size_t i = 0; i < source.tokens().size(); ++i) {
    const PyToken& token = source.tokens()[i];
    if (token.kind != PythonToken::kName || source.Text(token) != name) {
      continue;
    }
    if (i > 0 && source.Is(i - 1, ".")) continue;
    if (token.depth > 0 && source.Is(i + 1, "=")) continue;  // f(name=1)
    ++usage.count;
    usage.always_called &= source.Is(i + 1, "(");
    if (!source.Is(i + 1, ".") || i + 2 >= source.tokens().size()) {
      usage.always_attribute = false;
      continue;
    }
    const absl::string_view attribute = source.Text(i + 2);
    auto& known = usage.attributes;
    if (known.size() < kMaxAttributes &&
        std::find(known.begin(), known.end(), attribute) == known.end()) {
      known.push_back(attribute);
    }
  }
  return usage;
}

// The statement that imports the name as the text uses it; null: not known, or
// two uses want two imports.
const KnownImport* ImportFor(absl::string_view name, const Usage& usage) {
  if (usage.count == 0) return nullptr;
  const KnownImport* chosen = nullptr;
  for (const absl::string_view attribute : usage.attributes) {
    const KnownImport* row =
        FindKnownImport(absl::StrCat(name, ".", attribute));
    if (row == nullptr) continue;
    if (chosen != nullptr && chosen->statement != row->statement) {
      return nullptr;
    }
    chosen = row;
  }
  const KnownImport* plain = FindKnownImport(name);
  if (chosen == nullptr) chosen = plain;
  if (chosen == nullptr) return nullptr;
  const bool fits =
      chosen->use == KnownImport::Use::kAny ||
      (chosen->use == KnownImport::Use::kAttribute &&
       (usage.always_attribute || chosen->statement.substr(0, 5) == "from ")) ||
      (chosen->use == KnownImport::Use::kCalled && usage.always_called);
  return fits ? chosen : nullptr;
}

}  // namespace

bool MayBind(const PythonSource& source, absl::string_view name) {
  return std::any_of(
      source.lines().begin(), source.lines().end(),
      [&](const PyLine& line) { return LineBinder(source, line).Binds(name); });
}

std::optional<TextEdit> InsertImports(
    const PythonSource& source, const std::vector<std::string>& statements) {
  const auto& lines = source.lines();
  size_t next = 0;
  if (next < lines.size() && lines[next].end_token == 1 &&
      source.tokens()[0].kind == PythonToken::kString) {
    ++next;
  }
  while (next < lines.size() && source.Is(lines[next].first_token, "from") &&
         source.Is(lines[next].first_token + 1, "__future__")) {
    ++next;
  }
  if (next >= lines.size() || !source.IndentText(lines[next]).empty()) {
    return std::nullopt;
  }
  const bool crlf = absl::StrContains(source.text(), "\r\n");
  const absl::string_view line_end = crlf ? "\r\n" : "\n";
  TextEdit edit{lines[next].begin, 0, ""};
  for (const std::string& statement : statements) {
    absl::StrAppend(&edit.insert, statement, line_end);
  }
  const absl::string_view word = source.Text(lines[next].first_token);
  if (word != "import" && word != "from") {
    absl::StrAppend(&edit.insert, line_end);
  }
  return edit;
}

Fixed FixPythonImports(absl::string_view text, const FixerHints& hints) {
  const std::vector<std::string> names = UndefinedNames(hints);
  if (names.empty()) return std::nullopt;
  const PythonSource source(text);
  if (!LooksRight(source)) return std::nullopt;
  std::vector<std::string> statements;
  for (const std::string& name : names) {
    const KnownImport* row = ImportFor(name, UsageOf(source, name));
    if (row == nullptr || MayBind(source, name)) continue;
    std::string statement(row->statement);
    if (std::find(statements.begin(), statements.end(), statement) ==
        statements.end()) {
      statements.push_back(std::move(statement));
    }
  }
  if (statements.empty()) return std::nullopt;
  const auto edit = InsertImports(source, statements);
  if (!edit.has_value()) return std::nullopt;
  return ApplyEdits(text, {*edit});
}

}  // namespace recourse
