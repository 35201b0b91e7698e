// patterns suggest: what the server has learned from unmatched errors.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {
namespace {

struct SuggestFlags {
  v1::SuggestErrorPatternsRequest request;
  int64_t min_count = 5;
  int max = 20;
  bool yaml = false;
};

// Why there is none, so that nobody waits for what cannot come.
std::string WhyNone(const v1::SuggestErrorPatternsResponse& response,
                    const SuggestFlags& flags) {
  std::string text = absl::StrCat("a suggestion needs at least ",
                                  flags.min_count, " alike (--min-count)");
  if (response.unmatched_errors() < flags.min_count) {
    absl::StrAppend(&text,
                    "; `recourse replay` and `match` record nothing: send "
                    "errors from the program, or with `recourse handle`");
  }
  return text;
}

// A pattern file, each pattern's numbers in a comment above all of them.
void PrintYaml(const v1::SuggestErrorPatternsResponse& response,
               Context& context) {
  std::vector<v1::ErrorPattern> patterns;
  for (const v1::PatternSuggestion& suggestion : response.suggestions()) {
    context.out << "# " << suggestion.pattern().pattern_id() << ": "
                << Counted(suggestion.count(), "error") << ", "
                << Percent(suggestion.unmatched_share())
                << " of those unmatched, "
                << TimeText(suggestion.first_seen_time()) << " to "
                << TimeText(suggestion.last_seen_time()) << '\n';
    patterns.push_back(suggestion.pattern());
  }
  context.out << PatternFileText(patterns);
}

void PrintTable(const v1::SuggestErrorPatternsResponse& response,
                const SuggestFlags& flags, Context& context) {
  Table table({{"COUNT", true},
               {"SHARE", true},
               {"LAST SEEN"},
               {"CATEGORY"},
               {"PATTERN"},
               {"REGEX", false, true}});
  for (const v1::PatternSuggestion& suggestion : response.suggestions()) {
    const v1::ErrorPattern& pattern = suggestion.pattern();
    table.AddRow({absl::StrCat(suggestion.count()),
                  Percent(suggestion.unmatched_share()),
                  TimeText(suggestion.last_seen_time()),
                  ShortName(pattern.category()), pattern.pattern_id(),
                  pattern.regex_pattern()});
  }
  if (!table.empty()) {
    table.Print(context.terminal, context.out);
    context.out << '\n';
  }
  context.out << Counted(response.suggestions_size(), "suggestion") << ", from "
              << Counted(response.unmatched_errors(), "unmatched error");
  context.out << (table.empty()
                      ? absl::StrCat(": ", WhyNone(response, flags))
                      : "; --yaml > FILE prints a file for `recourse patterns "
                        "add`")
              << '\n';
}

ExitCode Suggest(SuggestFlags flags, Context& context) {
  flags.request.set_min_count(flags.min_count);
  flags.request.set_max_suggestions(flags.max);
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->SuggestErrorPatterns(flags.request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.PrintedAsJson(*response)) return kDone;
  if (flags.yaml) {
    PrintYaml(*response, context);
    if (response->suggestions().empty()) {
      context.Warn(absl::StrCat("no suggestion: ", WhyNone(*response, flags)));
    }
  } else {
    PrintTable(*response, flags, context);
  }
  return kDone;
}

}  // namespace

void AddPatternSuggest(CLI::App& patterns, Context& context) {
  CLI::App* command = patterns.add_subcommand(
      "suggest", "Propose patterns for errors that none matched");
  auto flags = std::make_shared<SuggestFlags>();
  command
      ->add_option("--min-count", flags->min_count,
                   "Errors that a suggestion must account for")
      ->check(CLI::Range(int64_t{1}, int64_t{1'000'000'000}))
      ->capture_default_str();
  command->add_option("--max", flags->max, "Suggestions at most")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option_function<std::string>(
      "--namespace",
      [flags](const std::string& value) {
        flags->request.set_namespace_(value);
      },
      "Only errors of this namespace");
  command->add_flag("--yaml", flags->yaml, "Print a pattern file");
  command->footer(
      "Learned since the server's start from redacted texts. The patterns are "
      "in SHADOW mode: they count and decide nothing, until you have looked at "
      "category, regex and plan and set mode: ACTIVE.\n\n"
      "Example:\n"
      "  recourse patterns suggest --yaml > learned.yaml\n"
      "  recourse patterns test learned.yaml && recourse patterns add "
      "learned.yaml");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Suggest(*flags, c); };
  });
}

}  // namespace recourse::cli
