#include <algorithm>
#include <fstream>
#include <iostream>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/log_line.h"
#include "client/cli/match_many.h"
#include "client/cli/refused_lines.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "nlohmann/json.hpp"

namespace recourse::cli {
namespace {

constexpr size_t kChunk = 1024;
// Distinct unmatched shapes kept; beyond, only counted.
constexpr size_t kMaxShapes = 10'000;
constexpr int kShapeColumns = 200;

struct ReplayFlags {
  std::string file;
  int parallel = 8;
  size_t show = 20;
  bool strict = false;
};

// Errors that are decided alike.
struct Decision {
  std::string strategy, disposition, category, pattern;
  auto operator<=>(const Decision&) const = default;
};

struct Replay {
  int64_t count = 0;
  int64_t matched_nothing = 0;
  int64_t unknown = 0;  // Of those: the classifier knows nothing either.
  RefusedLines refused;
  int64_t passed_over = 0;  // Of a logger, below WARN.
  LineFindings findings;
  std::map<Decision, int64_t> decisions;
  std::map<std::string, int64_t> shapes;  // What matched nothing.
};

template <typename Key>
std::vector<std::pair<Key, int64_t>> MostFrequent(
    const std::map<Key, int64_t>& counts) {
  std::vector<std::pair<Key, int64_t>> result(counts.begin(), counts.end());
  std::stable_sort(
      result.begin(), result.end(),
      [](const auto& a, const auto& b) { return a.second > b.second; });
  return result;
}

// The message with each number as #, so that repeats count as one.
std::string Shape(const v1::ErrorDetails& error) {
  std::string text = error.exception_type();
  if (!text.empty() && !error.message().empty()) text += ": ";
  text += error.message();
  std::string shape;
  for (const char c : OneLine(text)) {
    if (!absl::ascii_isdigit(c)) {
      shape += c;
    } else if (shape.empty() || shape.back() != '#') {
      shape += '#';
    }
  }
  return Cut(shape, kShapeColumns);
}

void Count(const LabelledError& error,
           const v1::MatchErrorPatternResponse& answer, Replay& replay) {
  const v1::RecoveryResult& result = answer.decision();
  const v1::Classification& classification = result.classification();
  ++replay.count;
  ++replay.decisions[{
      ShortName(result.strategy_used()), ShortName(result.disposition()),
      ShortName(classification.category()), classification.pattern_id()}];
  if (!classification.pattern_id().empty()) return;
  ++replay.matched_nothing;
  if (classification.category() == v1::FAILURE_CATEGORY_UNKNOWN) {
    ++replay.unknown;
  }
  const std::string shape = Shape(error.error);
  if (replay.shapes.size() < kMaxShapes || replay.shapes.contains(shape)) {
    ++replay.shapes[shape];
  }
}

std::string NameOf(const ReplayFlags& flags) {
  return flags.file == "-" ? "standard input" : flags.file;
}

// A line that the server refuses is counted; no answer ends it all.
absl::Status Ask(Client& client, const std::vector<LabelledError>& errors,
                 const ReplayFlags& flags, Replay& replay) {
  const auto answers = MatchMany(client, errors, flags.parallel);
  if (!answers.ok()) return answers.status();
  for (size_t i = 0; i < errors.size(); ++i) {
    const MatchAnswer& answer = (*answers)[i];
    if (answer.ok()) {
      Count(errors[i], *answer, replay);
    } else {
      replay.refused.Add(NameOf(flags), errors[i].line,
                         answer.status().message());
    }
  }
  return absl::OkStatus();
}

// nullopt: done; else how to exit.
std::optional<ExitCode> AskAll(std::istream& in, const ReplayFlags& flags,
                               Client& client, Replay& replay,
                               Context& context) {
  ErrorReader reader(in, NameOf(flags), replay.findings, context);
  std::vector<LabelledError> errors;
  bool more = true;
  while (more) {
    auto error = reader.Next();
    more = error.has_value();
    if (more) errors.push_back(*std::move(error));
    if (!more || errors.size() == kChunk) {
      const absl::Status status = Ask(client, errors, flags, replay);
      if (!status.ok()) return context.Fail(status);
      errors.clear();
    }
  }
  replay.passed_over = reader.passed_over();
  return std::nullopt;
}

void PrintJson(const Replay& replay, size_t show, Context& context) {
  nlohmann::ordered_json result = {
      {"count", replay.count},
      {"decisions", nlohmann::ordered_json::array()},
      {"unmatched", replay.matched_nothing},
      {"unknown", replay.unknown},
      {"passed_over", replay.passed_over},
      {"unmatched_messages", nlohmann::ordered_json::array()}};
  for (const auto& [decision, count] : MostFrequent(replay.decisions)) {
    result["decisions"].push_back({{"count", count},
                                   {"strategy", decision.strategy},
                                   {"disposition", decision.disposition},
                                   {"category", decision.category},
                                   {"pattern_id", decision.pattern}});
  }
  for (const auto& [shape, count] : MostFrequent(replay.shapes)) {
    if (result["unmatched_messages"].size() == show) break;
    result["unmatched_messages"].push_back(
        {{"count", count}, {"message", shape}});
  }
  replay.refused.AddTo(result);
  replay.findings.AddTo(result);
  context.out << result.dump() << '\n';
}

void PrintDecisions(const Replay& replay, Context& context) {
  Table decisions({{"COUNT", true},
                   {"SHARE", true},
                   {"STRATEGY"},
                   {"DECISION"},
                   {"CATEGORY"},
                   {"PATTERN", false, true}});
  for (const auto& [decision, count] : MostFrequent(replay.decisions)) {
    decisions.AddRow({absl::StrCat(count),
                      Percent(static_cast<double>(count) / replay.count),
                      decision.strategy, decision.disposition,
                      decision.category,
                      decision.pattern.empty() ? "-" : decision.pattern});
  }
  decisions.Print(context.terminal, context.out);
}

void PrintCounts(const Replay& replay, Context& context) {
  context.out << '\n'
              << Counted(replay.count, "error") << "; "
              << replay.matched_nothing << " matched no pattern, "
              << replay.unknown
              << (replay.unknown == 1 ? " of them is" : " of them are")
              << " not known at all\n";
  if (replay.passed_over > 0) {
    context.out << Counted(replay.passed_over, "line")
                << " of a logger below WARN passed over\n";
  }
  const int64_t refused = replay.refused.total();
  if (refused > 0) {
    context.out << Counted(refused, "line") << (refused == 1 ? " was" : " were")
                << " refused by the server\n";
  }
}

void PrintUnmatched(const Replay& replay, size_t show, Context& context) {
  if (replay.shapes.empty() || show == 0) return;
  Table unmatched(
      {{"COUNT", true}, {"MATCHED NOTHING (# is a number)", false, true}});
  size_t shown = 0;
  for (const auto& [shape, count] : MostFrequent(replay.shapes)) {
    if (shown++ == show) break;
    unmatched.AddRow({absl::StrCat(count), shape});
  }
  context.out << '\n';
  unmatched.Print(context.terminal, context.out);
}

ExitCode RunReplay(const ReplayFlags& flags, Context& context) {
  std::ifstream file;
  if (flags.file != "-") {
    const absl::Status opened = OpenErrors(flags.file, file);
    if (!opened.ok()) return context.FailUsage(opened);
  }
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  Replay replay;
  context.fields_have_flags = false;
  const auto failed = AskAll(flags.file == "-" ? context.in : file, flags,
                             **client, replay, context);
  if (failed.has_value()) return *failed;
  if (context.json) {
    PrintJson(replay, flags.show, context);
  } else {
    if (replay.count + replay.refused.total() + replay.passed_over == 0) {
      context.out << "No errors.\n";
    } else {
      PrintDecisions(replay, context);
      PrintCounts(replay, context);
      PrintUnmatched(replay, flags.show, context);
    }
    context.out.flush();
    replay.findings.Print(context.err);
    replay.refused.Print(context.err);
  }
  const bool clean =
      replay.findings.total() == 0 && replay.refused.total() == 0;
  return clean || !flags.strict ? kDone : kNegative;
}

}  // namespace

void AddReplayCommand(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "replay", "Show what would be decided about the errors of a log");
  auto flags = std::make_shared<ReplayFlags>();
  command
      ->add_option("FILE", flags->file,
                   "Lines that are JSON objects or plain text, one error each; "
                   "- reads standard input")
      ->required();
  command->add_option("--parallel", flags->parallel, "Calls in flight")
      ->check(CLI::Range(1, kMaxParallel))
      ->capture_default_str();
  command
      ->add_option("--show", flags->show,
                   "Messages to show that matched nothing")
      ->capture_default_str();
  command->add_flag("--strict", flags->strict,
                    "Exit 1 when there is a finding or a refused line");
  command->footer(absl::StrCat(
      "Records nothing on the server.\n\n", kKeysRead,
      "\n\nA key that looks misspelt, a value of the wrong type and a line "
      "that "
      "tells no error are findings, shown on standard error with FILE:LINE.\n\n"
      "Examples:\n"
      "  grep ERROR app.log | recourse replay -\n"
      "  recourse replay app.jsonl --strict\n"
      "  recourse --json replay errors.jsonl"));
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return RunReplay(*flags, c); };
  });
}

}  // namespace recourse::cli
