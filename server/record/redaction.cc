#include "server/record/redaction.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "re2/re2.h"
#include "re2/set.h"
#include "server/model/utf8.h"
#include "server/record/redaction_rules.h"

namespace recourse {
namespace {

constexpr absl::string_view kCustomRule = "custom";
// Hiding one secret can bring another to light ("a]sk-…"), so rules run until
// nothing changes. A text that still changes after this many passes was made to
// do so, and is hidden whole.
constexpr int kMaxPasses = 8;
// "a@b.io": nothing shorter is hidden by a built-in rule.
constexpr size_t kShortestSecretText = 6;
constexpr int64_t kMaxRegexMemoryBytes = 8 << 20;

re2::StringPiece Piece(absl::string_view text) {
  return re2::StringPiece(text.data(), text.size());
}

// Where the groups of a match are in `input`.
Groups PlacesIn(absl::string_view input,
                absl::Span<const re2::StringPiece> matched) {
  Groups groups;
  for (size_t i = 0; i < matched.size(); ++i) {
    if (matched[i].data() == nullptr) continue;
    groups[i].begin = static_cast<size_t>(matched[i].data() - input.data());
    groups[i].end = groups[i].begin + matched[i].size();
  }
  return groups;
}

bool IsValidUtf8(absl::string_view text) {
  if (std::none_of(text.begin(), text.end(),
                   [](char c) { return (c & 0x80) != 0; })) {
    return true;
  }
  static const RE2& whole = *new RE2(R"((?s).*)");  // One UTF-8 code point: '.'
  return RE2::FullMatch(Piece(text), whole);
}

struct CompiledPattern {
  std::unique_ptr<const RE2> bytes;  // Latin-1: for any text.
  std::unique_ptr<const RE2> utf8;   // Null for built-in rules.
  Resolve resolve = FirstGroup;
};

struct CompiledRule {
  std::string marker;  // "[REDACTED:name]"
  int trigger = -1;    // In Rules::triggers; -1: runs on every text.
  std::vector<CompiledPattern> patterns;
};

RE2::Options RegexOptions(RE2::Options::Encoding encoding) {
  RE2::Options options;
  options.set_encoding(encoding);
  options.set_log_errors(false);
  options.set_max_mem(kMaxRegexMemoryBytes);
  return options;
}

std::unique_ptr<const RE2> Compile(absl::string_view regex,
                                   RE2::Options::Encoding encoding) {
  return std::make_unique<const RE2>(Piece(regex), RegexOptions(encoding));
}

std::string MarkerOf(absl::string_view rule) {
  return absl::StrCat(kMarkerOpening, rule, "]");
}

absl::StatusOr<CompiledPattern> CompileUserPattern(const std::string& regex,
                                                   size_t index) {
  CompiledPattern compiled;
  compiled.utf8 = Compile(regex, RE2::Options::EncodingUTF8);
  compiled.bytes = Compile(regex, RE2::Options::EncodingLatin1);
  for (const RE2* re : {compiled.utf8.get(), compiled.bytes.get()}) {
    if (re->ok()) continue;
    const size_t offset = regex.find(re->error_arg());
    return absl::InvalidArgumentError(absl::StrCat(
        "redaction.patterns[", index, "]: at offset ",
        offset == std::string::npos ? 0 : offset, ": ", re->error()));
  }
  return compiled;
}

}  // namespace

struct Redactor::Rules {
  Rules()
      : triggers(RegexOptions(RE2::Options::EncodingLatin1), RE2::UNANCHORED) {}

  absl::Status AddBuiltins(const std::vector<std::string>& disable);
  absl::Status AddCustom(const std::vector<std::string>& regexes);

  // Which rules may find something in `text`, by number of their trigger.
  using Triggered = std::array<bool, 16>;
  bool Trigger(absl::string_view text, Triggered* triggered) const;

  // Applies every rule once; true when the text changed.
  bool Pass(bool utf8, std::string* text) const;
  bool Apply(const CompiledRule& rule, const RE2& regex, Resolve resolve,
             std::string* text) const;
  // The marker that covers `at`.
  TextSpan MarkerAround(absl::string_view text, size_t at) const;

  std::vector<CompiledRule> rules;
  RE2::Set triggers;
  bool has_custom = false;
  size_t longest_marker = 0;
};

absl::Status Redactor::Rules::AddBuiltins(
    const std::vector<std::string>& disable) {
  const absl::Span<const BuiltinRule> builtins = BuiltinRules();
  for (const std::string& name : disable) {
    if (std::none_of(
            builtins.begin(), builtins.end(),
            [&](const BuiltinRule& rule) { return rule.name == name; })) {
      const auto add_name = [](std::string* out, const BuiltinRule& rule) {
        absl::StrAppend(out, rule.name);
      };
      return absl::InvalidArgumentError(absl::StrCat(
          "redaction.disable: there is no built-in rule \"", name,
          "\"; there are ", absl::StrJoin(builtins, ", ", add_name)));
    }
  }
  for (const BuiltinRule& builtin : builtins) {
    if (std::find(disable.begin(), disable.end(), builtin.name) !=
        disable.end()) {
      continue;
    }
    CompiledRule rule;
    rule.marker = MarkerOf(builtin.name);
    rule.trigger = triggers.Add(Piece(builtin.trigger), nullptr);
    for (const RulePattern& pattern : builtin.patterns) {
      rule.patterns.push_back(
          {Compile(pattern.regex, RE2::Options::EncodingLatin1), nullptr,
           pattern.resolve});
      if (rule.trigger < 0 || !rule.patterns.back().bytes->ok()) {
        return absl::InternalError(
            absl::StrCat("built-in redaction rule ", builtin.name, ": ",
                         rule.patterns.back().bytes->error()));
      }
    }
    rules.push_back(std::move(rule));
  }
  if (!triggers.Compile()) {
    return absl::InternalError("built-in redaction rules are too large");
  }
  return absl::OkStatus();
}

absl::Status Redactor::Rules::AddCustom(
    const std::vector<std::string>& regexes) {
  if (regexes.size() > kMaxPatterns) {
    return absl::InvalidArgumentError(
        absl::StrCat("redaction.patterns: ", regexes.size(),
                     " patterns, at most ", kMaxPatterns, " are allowed"));
  }
  if (regexes.empty()) return absl::OkStatus();
  CompiledRule rule;
  rule.marker = MarkerOf(kCustomRule);
  for (size_t i = 0; i < regexes.size(); ++i) {
    absl::StatusOr<CompiledPattern> compiled =
        CompileUserPattern(regexes[i], i);
    if (!compiled.ok()) return compiled.status();
    rule.patterns.push_back(*std::move(compiled));
  }
  // Before the built-in rules, which could hide what it looks for.
  rules.insert(rules.begin(), std::move(rule));
  has_custom = true;
  return absl::OkStatus();
}

bool Redactor::Rules::Trigger(absl::string_view text,
                              Triggered* triggered) const {
  // Without a place for the answers the set stops at its first match.
  RE2::Set::ErrorInfo error;
  const bool any = triggers.Match(Piece(text), nullptr, &error);
  if (!any && error.kind == RE2::Set::kNoError) return false;
  std::vector<int> hits;
  if (triggers.Match(Piece(text), &hits, &error)) {
    for (const int hit : hits) (*triggered)[hit] = true;
  } else if (error.kind != RE2::Set::kNoError) {
    triggered->fill(true);  // Out of memory: ask every rule.
  }
  return true;
}

TextSpan Redactor::Rules::MarkerAround(absl::string_view text,
                                       size_t at) const {
  const size_t from = at > longest_marker ? at - longest_marker : 0;
  for (size_t begin = text.find(kMarkerOpening, from);
       begin != absl::string_view::npos && begin <= at;
       begin = text.find(kMarkerOpening, begin + 1)) {
    for (const CompiledRule& rule : rules) {
      if (absl::StartsWith(text.substr(begin), rule.marker) &&
          at < begin + rule.marker.size()) {
        return {begin, begin + rule.marker.size()};
      }
    }
  }
  return {};
}

bool Redactor::Rules::Apply(const CompiledRule& rule, const RE2& regex,
                            Resolve resolve, std::string* text) const {
  const absl::string_view input = *text;
  const int group_count =
      std::min<int>(regex.NumberOfCapturingGroups() + 1, kMaxGroups);
  std::string output;
  size_t copied = 0;  // Of `input`.
  size_t from = 0;
  while (from <= input.size()) {
    std::array<re2::StringPiece, kMaxGroups> matched;
    if (!regex.Match(Piece(input), from, input.size(), RE2::UNANCHORED,
                     matched.data(), group_count)) {
      break;
    }
    const Groups groups =
        PlacesIn(input, absl::MakeConstSpan(matched.data(), group_count));
    from = std::max(groups[0].end, from + 1);
    std::optional<TextSpan> secret = resolve(input, groups);
    if (!secret.has_value() || secret->begin >= secret->end) continue;
    // A marker is hidden whole, with something beside it, or not at all.
    const TextSpan first = MarkerAround(input, secret->begin);
    const TextSpan last = MarkerAround(input, secret->end - 1);
    if (first.matched() && secret->end <= first.end) {
      from = std::max(from, first.end);
      continue;
    }
    if (first.matched()) secret->begin = first.begin;
    if (last.matched()) secret->end = last.end;
    if (secret->begin < copied) continue;
    absl::StrAppend(&output, input.substr(copied, secret->begin - copied),
                    rule.marker);
    copied = secret->end;
    from = std::max(secret->end, groups[0].begin + 1);
  }
  if (copied == 0) return false;
  absl::StrAppend(&output, input.substr(copied));
  *text = std::move(output);
  return true;
}

bool Redactor::Rules::Pass(bool utf8, std::string* text) const {
  Triggered triggered{};
  if (!Trigger(*text, &triggered) && !has_custom) return false;
  bool changed = false;
  for (const CompiledRule& rule : rules) {
    if (rule.trigger >= 0 && !triggered[rule.trigger]) continue;
    for (const CompiledPattern& pattern : rule.patterns) {
      const RE2& regex = utf8 && pattern.utf8 ? *pattern.utf8 : *pattern.bytes;
      changed |= Apply(rule, regex, pattern.resolve, text);
    }
  }
  return changed;
}

Redactor::Redactor(std::unique_ptr<const Rules> rules)
    : rules_(std::move(rules)), clean_(std::make_unique<CleanNames>()) {}
Redactor::~Redactor() = default;

absl::StatusOr<std::unique_ptr<const Redactor>> Redactor::Create(
    const RedactionOptions& options) {
  auto rules = std::make_unique<Rules>();
  if (absl::Status status = rules->AddBuiltins(options.disable); !status.ok()) {
    return status;
  }
  if (absl::Status status = rules->AddCustom(options.patterns); !status.ok()) {
    return status;
  }
  for (const CompiledRule& rule : rules->rules) {
    rules->longest_marker = std::max(rules->longest_marker, rule.marker.size());
  }
  return std::unique_ptr<const Redactor>(new Redactor(std::move(rules)));
}

std::string Redactor::Redact(absl::string_view text) const {
  std::string result(text);
  if (text.size() < kShortestSecretText && !rules_->has_custom) return result;
  const bool utf8 = rules_->has_custom && IsValidUtf8(text);
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    if (!rules_->Pass(utf8, &result)) return result;
  }
  return rules_->rules.front().marker;
}

std::string Redactor::RedactName(absl::string_view name) const {
  if (name.empty() || clean_->Contains(name)) return std::string(name);
  std::string redacted = Redact(name);
  if (redacted == name) {
    clean_->Add(name);
  } else {
    redacted.resize(
        CutUtf8(redacted, std::max(kMaxNameBytes, name.size())).size());
  }
  return redacted;
}

}  // namespace recourse
