#include "server/pattern_suggestions.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "server/match/fold_text.h"
#include "server/match/literal_requirement.h"
#include "server/model/stable_hash.h"
#include "server/model/utf8.h"
#include "server/wire/enums.h"
#include "server/wire/pattern.h"
#include "server/wire/steps.h"
#include "server/wire/times.h"

namespace recourse {
namespace {

// Groups that are tried in one call; the rest is small by then.
constexpr int kMaxTried = 200;
constexpr size_t kMaxExamples = 5;
constexpr size_t kMaxIdWords = 5;
constexpr size_t kMaxIdWordBytes = 24;
// Words of so many letters tell what an error is about; a regex between fewer
// than two of them would take too much.
constexpr size_t kMinTellingLetters = 3;
constexpr size_t kMinTellingWords = 2;

// A group, or several with the same template.
struct Group {
  ErrorCluster cluster;
  std::set<std::string> namespaces;
  std::vector<std::string> folded;  // The samples, for literals.
  bool taken = false;               // Suggested, alone or with another.
};

bool IsWord(const TemplatePart& part) {
  return part.kind == TemplatePart::Kind::kWord;
}

size_t Letters(absl::string_view word) {
  return std::count_if(word.begin(), word.end(), [](char c) {
    return absl::ascii_isalpha(c) || static_cast<unsigned char>(c) >= 0x80;
  });
}

size_t TellingWords(const ErrorTemplate& error_template) {
  return std::count_if(error_template.parts.begin(), error_template.parts.end(),
                       [](const TemplatePart& part) {
                         return IsWord(part) &&
                                Letters(part.text) >= kMinTellingLetters;
                       });
}

// "learned_user_not_known_1f3a90": for people its first words, for uniqueness a
// hash of all.
std::string IdOf(const ErrorTemplate& error_template) {
  std::vector<std::string> shown;
  uint64_t hash = StableHash("");
  for (const TemplatePart& part : error_template.parts) {
    if (!IsWord(part)) continue;
    hash = StableHash(absl::StrCat(part.text, "\n"), hash);
    // Of java.lang.IllegalStateException the last part.
    const std::vector<absl::string_view> pieces =
        absl::StrSplit(part.text, absl::ByAnyChar(".:/"), absl::SkipEmpty());
    std::string word;
    for (const char c : pieces.empty() ? part.text : pieces.back()) {
      if (absl::ascii_isalpha(c)) word.push_back(absl::ascii_tolower(c));
    }
    if (word.size() >= kMinTellingLetters && shown.size() < kMaxIdWords) {
      shown.push_back(word.substr(0, kMaxIdWordBytes));
    }
  }
  shown.insert(shown.begin(), "learned");
  shown.push_back(absl::StrCat(absl::Hex(hash >> 40, absl::kZeroPad6)));
  return absl::StrJoin(shown, "_");
}

// For whoever decides about the pattern, then for whoever meets the error.
std::string ActionFor(const ErrorCluster& cluster) {
  std::string action = "Review this learned pattern: ";
  if (cluster.category == Category::kUnknown ||
      cluster.category == Category::kUnspecified) {
    absl::StrAppend(&action,
                    "nothing says yet what the error means; give it a category "
                    "and steps.");
  } else {
    absl::StrAppend(&action, "is it ", Name(cluster.category),
                    ", and does that plan fit? Then: ",
                    cluster.suggested_action.empty()
                        ? "say here what a person should do."
                        : cluster.suggested_action);
  }
  return std::string(CutUtf8(action, kMaxDescriptionBytes));
}

// True when patterns by now match at least half of the samples.
bool IsHandled(const ErrorCluster& cluster, const PatternRegistry& registry) {
  const auto matched =
      std::count_if(cluster.samples.begin(), cluster.samples.end(),
                    [&](const std::string& sample) {
                      Failure bare;
                      bare.text = sample;
                      return !registry.MatchAll(bare, 1).empty();
                    });
  return 2 * static_cast<size_t>(matched) >= cluster.samples.size();
}

void AddSamples(const std::vector<std::string>& samples, ErrorCluster& to) {
  for (const std::string& sample : samples) {
    if (to.samples.size() >= kMaxExamples) return;
    if (std::find(to.samples.begin(), to.samples.end(), sample) ==
        to.samples.end()) {
      to.samples.push_back(sample);
    }
  }
}

void Add(const Group& more, Group& to) {
  to.cluster.count += more.cluster.count;
  to.cluster.first_seen =
      std::min(to.cluster.first_seen, more.cluster.first_seen);
  to.cluster.last_seen = std::max(to.cluster.last_seen, more.cluster.last_seen);
  to.namespaces.insert(more.namespaces.begin(), more.namespaces.end());
  AddSamples(more.cluster.samples, to.cluster);
}

// The groups that are open, those of one template as one, the largest first.
std::vector<Group> OpenGroups(std::vector<ErrorCluster> clusters,
                              const PatternRegistry& registry) {
  std::map<std::pair<std::string, Category>, Group> by_template;
  for (ErrorCluster& cluster : clusters) {
    if (IsHandled(cluster, registry)) continue;
    const auto key =
        std::make_pair(cluster.error_template.Text(), cluster.category);
    Group group{.namespaces = {cluster.ns}};
    group.cluster = std::move(cluster);
    const auto known = by_template.find(key);
    if (known == by_template.end()) {
      by_template.emplace(key, std::move(group));
    } else {
      Add(group, known->second);
    }
  }
  std::vector<Group> groups;
  for (auto& [key, group] : by_template) {
    for (const std::string& sample : group.cluster.samples) {
      FoldText(sample, &group.folded.emplace_back());
    }
    groups.push_back(std::move(group));
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Group& a, const Group& b) {
                     return a.cluster.count > b.cluster.count;
                   });
  return groups;
}

// The group's first sample without one of its words, the longest that the regex
// cannot do without, or else with more behind it; empty: the regex matches all.
std::string AlteredSample(const ErrorCluster& cluster, const RE2& regex) {
  const std::string& sample = cluster.samples.front();
  std::string best;
  size_t longest = 0;
  for (const TemplatePart& part : cluster.error_template.parts) {
    const size_t at = IsWord(part) ? sample.find(part.text) : sample.npos;
    if (at == sample.npos || part.text.size() <= longest) continue;
    std::string text = sample;
    text.erase(at, part.text.size());
    // Not two blanks, nor one at an end.
    absl::RemoveExtraAsciiWhitespace(&text);
    if (Letters(text) == 0 || RE2::PartialMatch(text, regex)) continue;
    longest = part.text.size();
    best = std::move(text);
  }
  if (!best.empty()) return best;
  // A regex of whole texts.
  best = absl::StrCat(sample, " and more");
  return RE2::PartialMatch(best, regex) ? "" : best;
}

class Suggester {
 public:
  Suggester(std::vector<Group> groups, const PatternRegistry& registry)
      : groups_(std::move(groups)) {
    for (const SharedPattern& pattern : registry.patterns()) {
      ids_.insert(pattern->id);
    }
  }

  v1::SuggestErrorPatternsResponse Run(const SuggestionOptions& options,
                                       int64_t total) {
    v1::SuggestErrorPatternsResponse response;
    response.set_unmatched_errors(total);
    int tried = 0;
    for (Group& group : groups_) {
      if (response.suggestions_size() == options.max_suggestions ||
          group.cluster.count < options.min_count || tried == kMaxTried) {
        break;
      }
      if (group.taken) continue;
      ++tried;
      auto suggestion = Suggest(group);
      if (!suggestion.has_value()) continue;
      suggestion->set_unmatched_share(
          total == 0 ? 0 : static_cast<double>(suggestion->count()) / total);
      *response.add_suggestions() = *std::move(suggestion);
    }
    return response;
  }

 private:
  std::optional<v1::PatternSuggestion> Suggest(Group& group) {
    v1::ErrorPattern pattern = PatternOf(group);
    if (ids_.contains(pattern.pattern_id())) return std::nullopt;
    for (const bool whole_text : {false, true}) {
      if (!whole_text &&
          TellingWords(group.cluster.error_template) < kMinTellingWords) {
        continue;
      }
      pattern.set_regex_pattern(TemplateRegex(group.cluster.error_template,
                                              {.whole_text = whole_text}));
      const auto covered = GroupsCoveredBy(pattern, group);
      if (!covered.has_value()) continue;
      group.taken = true;
      for (Group* other : *covered) {
        other->taken = true;
        Add(*other, group);
      }
      ids_.insert(pattern.pattern_id());
      return SuggestionOf(std::move(pattern), group);
    }
    return std::nullopt;
  }

  static v1::ErrorPattern PatternOf(const Group& group) {
    const ErrorCluster& cluster = group.cluster;
    v1::ErrorPattern pattern;
    pattern.set_pattern_id(IdOf(cluster.error_template));
    pattern.set_description(
        std::string(CutUtf8(absl::StrCat("Learned from unmatched errors: ",
                                         cluster.error_template.Text()),
                            kMaxDescriptionBytes)));
    pattern.set_error_type(ToMessageEnum<v1::ErrorType>(cluster.error_type));
    pattern.set_category(ToMessageEnum<v1::FailureCategory>(cluster.category));
    pattern.set_severity(ToMessageEnum<v1::Severity>(cluster.severity));
    pattern.set_mode(v1::PATTERN_MODE_SHADOW);
    pattern.set_suggested_action(ActionFor(cluster));
    return pattern;
  }

  // The other groups that the pattern's regex covers; nullopt: it must not be
  // suggested.
  std::optional<std::vector<Group*>> GroupsCoveredBy(
      const v1::ErrorPattern& message, const Group& own) {
    if (message.regex_pattern().empty()) return std::nullopt;
    const auto pattern = ParsePattern(message, Origin::kUser);
    if (!pattern.ok()) return std::nullopt;
    const RE2& regex = *(*pattern)->regex;
    const LiteralRequirement requirement = LearnRequirement(regex);
    if (requirement.clauses.empty() ||
        Matched(own, regex, requirement) != own.cluster.samples.size()) {
      return std::nullopt;
    }
    std::vector<Group*> covered;
    for (Group& other : groups_) {
      if (&other == &own) continue;
      const size_t matched = Matched(other, regex, requirement);
      if (matched == 0) continue;
      if (matched != other.cluster.samples.size() || other.taken ||
          other.cluster.category != own.cluster.category) {
        return std::nullopt;
      }
      covered.push_back(&other);
    }
    return covered;
  }

  static size_t Matched(const Group& group, const RE2& regex,
                        const LiteralRequirement& requirement) {
    size_t matched = 0;
    for (size_t i = 0; i < group.folded.size(); ++i) {
      if (requirement.MayMatch(group.folded[i]) &&
          RE2::PartialMatch(group.cluster.samples[i], regex)) {
        ++matched;
      }
    }
    return matched;
  }

  v1::PatternSuggestion SuggestionOf(v1::ErrorPattern pattern,
                                     const Group& group) const {
    const ErrorCluster& cluster = group.cluster;
    for (const std::string& sample : cluster.samples) {
      pattern.mutable_examples()->add_match(sample);
    }
    const std::string near_miss = NearMiss(pattern, group);
    if (!near_miss.empty()) {
      pattern.mutable_examples()->add_no_match(near_miss);
    }
    v1::PatternSuggestion suggestion;
    suggestion.set_count(cluster.count);
    *suggestion.mutable_first_seen_time() = ToMessage(cluster.first_seen);
    *suggestion.mutable_last_seen_time() = ToMessage(cluster.last_seen);
    for (const std::string& ns : group.namespaces) {
      suggestion.add_namespaces(ns);
    }
    *suggestion.mutable_samples() = pattern.examples().match();
    *suggestion.mutable_pattern() = std::move(pattern);
    return suggestion;
  }

  // A text that is close and that the regex does not match: the sample of
  // another group that has most words in common, else an altered one of its
  // own. Empty: there is none.
  std::string NearMiss(const v1::ErrorPattern& pattern,
                       const Group& own) const {
    const RE2 regex(pattern.regex_pattern(), RE2::Quiet);
    const std::string* nearest = nullptr;
    size_t most = 0;
    for (const Group& other : groups_) {
      const size_t shared =
          SharedWords(own.cluster.error_template, other.cluster.error_template);
      const std::string& sample = other.cluster.samples.front();
      if (&other == &own || shared <= most ||
          RE2::PartialMatch(sample, regex)) {
        continue;
      }
      most = shared;
      nearest = &sample;
    }
    return nearest != nullptr ? *nearest : AlteredSample(own.cluster, regex);
  }

  std::vector<Group> groups_;
  std::set<std::string> ids_;  // Of patterns that are there.
};

}  // namespace

v1::SuggestErrorPatternsResponse SuggestPatterns(
    const TemplateMiner& miner, const PatternRegistry& registry,
    const SuggestionOptions& options) {
  return Suggester(OpenGroups(miner.Clusters(options.ns), registry), registry)
      .Run(options, miner.Total(options.ns));
}

}  // namespace recourse
