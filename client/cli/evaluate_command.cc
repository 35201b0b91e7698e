#include <fstream>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/evaluation.h"
#include "client/cli/match_many.h"
#include "client/cli/refused_lines.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "nlohmann/json.hpp"

namespace recourse::cli {
namespace {

constexpr size_t kChunk = 1024;
constexpr size_t kMaxWrongShown = 100;

struct EvaluateFlags {
  std::vector<std::string> files;
  int parallel = 8;
  bool strict = false;
};

// Lines that cannot be evaluated: no JSON, or labels that are missing or wrong.
struct WrongLines {
  std::vector<absl::Status> first;  // At most kMaxWrongShown.
  int64_t total = 0;
};

// What all files together come to.
struct Outcome {
  Evaluation evaluation;
  RefusedLines refused;
  LineFindings findings;
  WrongLines wrong;
};

// A line that the server refuses is counted; no answer ends it all.
absl::Status Ask(Client& client, const std::string& file,
                 const std::vector<LabelledError>& errors, int parallel,
                 Outcome& outcome) {
  const auto answers = MatchMany(client, errors, parallel);
  if (!answers.ok()) return answers.status();
  for (size_t i = 0; i < errors.size(); ++i) {
    const MatchAnswer& answer = (*answers)[i];
    if (answer.ok()) {
      outcome.evaluation.Add(file, errors[i],
                             answer->decision().classification());
    } else {
      outcome.refused.Add(file, errors[i].line, answer.status().message());
    }
  }
  return absl::OkStatus();
}

// The next line that can be evaluated; the others are kept as wrong.
std::optional<LabelledError> NextRight(ErrorReader& reader, WrongLines& wrong) {
  while (true) {
    auto error = reader.NextLabelled();
    if (error.ok()) return *std::move(error);
    if (wrong.first.size() < kMaxWrongShown) {
      wrong.first.push_back(error.status());
    }
    ++wrong.total;
  }
}

ExitCode FailWrong(const Outcome& outcome, Context& context) {
  outcome.findings.Print(context.err);
  for (const absl::Status& status : outcome.wrong.first) {
    context.FailUsage(status);
  }
  const int64_t more =
      outcome.wrong.total - static_cast<int64_t>(outcome.wrong.first.size());
  if (more > 0) {
    context.FailUsage(absl::InvalidArgumentError(
        absl::StrCat(Counted(more, "wrong line"), " more")));
  }
  return kBadUsage;
}

// nullopt: done; else how to exit. Once a line is wrong the rest is read for
// more of them only.
std::optional<ExitCode> EvaluateFile(const std::string& file, int parallel,
                                     Client& client, Outcome& outcome,
                                     Context& context) {
  std::ifstream in;
  const absl::Status opened = OpenErrors(file, in);
  if (!opened.ok()) return context.FailUsage(opened);
  ErrorReader reader(in, file, outcome.findings, context);
  std::vector<LabelledError> errors;
  bool more = true;
  while (more) {
    std::optional<LabelledError> error = NextRight(reader, outcome.wrong);
    more = error.has_value();
    if (outcome.wrong.total > 0) continue;
    if (more) errors.push_back(*std::move(error));
    if (!more || errors.size() == kChunk) {
      const absl::Status status = Ask(client, file, errors, parallel, outcome);
      if (!status.ok()) return context.Fail(status);
      errors.clear();
    }
  }
  return std::nullopt;
}

nlohmann::ordered_json MissAsJson(const Miss& miss) {
  nlohmann::ordered_json result = {{"file", miss.file},
                                   {"line", miss.line},
                                   {"id", miss.id},
                                   {"message", miss.message},
                                   {"pattern_id", miss.pattern_id}};
  for (const auto& difference : miss.differences) {
    result[difference.label] = {{"expected", difference.expected},
                                {"actual", difference.actual}};
  }
  return result;
}

nlohmann::ordered_json AsJson(const Outcome& outcome) {
  const Evaluation& evaluation = outcome.evaluation;
  nlohmann::ordered_json result = {
      {"count", evaluation.count()},
      {"category_accuracy", evaluation.category_accuracy()},
      {"retryable_accuracy", evaluation.retryable_accuracy()},
      {"strategy_accuracy", evaluation.strategy_accuracy()},
      {"retries", evaluation.retries()},
      {"wrong_retries", evaluation.wrong_retries()},
      {"wrong_retry_share", evaluation.wrong_retry_share()},
      {"wrong_retry_share_of_all", evaluation.wrong_retry_share_of_all()},
      {"unknown", evaluation.unknown()},
      {"unknown_right", evaluation.unknown_right()},
      {"calibration_error", evaluation.calibration_error()},
      {"calibration", nlohmann::ordered_json::array()},
      {"confusion", nlohmann::ordered_json::array()},
      {"misses", nlohmann::ordered_json::array()}};
  for (int i = 0; i < Evaluation::kBins; ++i) {
    const ConfidenceBin& bin = evaluation.bins()[i];
    if (bin.count == 0) continue;
    result["calibration"].push_back(
        {{"from", i / 10.0},
         {"to", (i + 1) / 10.0},
         {"count", bin.count},
         {"confidence", bin.confidence / bin.count},
         {"accuracy", static_cast<double>(bin.right) / bin.count}});
  }
  for (const auto& [pair, count] : evaluation.confusion()) {
    result["confusion"].push_back(
        {{"expected", pair.first}, {"actual", pair.second}, {"count", count}});
  }
  for (const Miss& miss : evaluation.misses()) {
    result["misses"].push_back(MissAsJson(miss));
  }
  outcome.refused.AddTo(result);
  outcome.findings.AddTo(result);
  return result;
}

void PrintAccuracy(const Outcome& outcome, Context& context) {
  const Evaluation& evaluation = outcome.evaluation;
  Fields fields;
  fields.Add("errors", absl::StrCat(evaluation.count()));
  if (outcome.refused.total() > 0) {
    fields.Add("refused", absl::StrCat(outcome.refused.total()));
  }
  fields.Add("category", Percent(evaluation.category_accuracy()));
  fields.Add("retryable", Percent(evaluation.retryable_accuracy()));
  fields.Add("strategy", Percent(evaluation.strategy_accuracy()));
  fields.Add(
      "wrong retries",
      absl::StrCat(Percent(evaluation.wrong_retry_share()), " of ",
                   evaluation.retries(), " retries, ",
                   Percent(evaluation.wrong_retry_share_of_all()), " of all"));
  fields.Add("unknown", absl::StrCat(evaluation.unknown(), ", right ",
                                     evaluation.unknown_right()));
  fields.Add("calibration",
             absl::StrFormat("off by %.3f in the mean (ECE), UNKNOWN left out",
                             evaluation.calibration_error()));
  fields.Print(context.out);
}

// Rows: the label; columns: the answer.
void PrintConfusion(const Evaluation& evaluation, Context& context) {
  std::set<std::string> names;
  for (const auto& [pair, count] : evaluation.confusion()) {
    names.insert(pair.first);
    names.insert(pair.second);
  }
  std::vector<Column> columns = {{"LABEL \\ ANSWER"}};
  for (const std::string& name : names) columns.push_back({name, true});
  Table table(columns);
  for (const std::string& label : names) {
    std::vector<std::string> row = {label};
    for (const std::string& answer : names) {
      const auto it = evaluation.confusion().find({label, answer});
      row.push_back(
          it == evaluation.confusion().end() ? "." : absl::StrCat(it->second));
    }
    table.AddRow(row);
  }
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

void PrintCalibration(const Evaluation& evaluation, Context& context) {
  Table table({{"CONFIDENCE"},
               {"ERRORS", true},
               {"MEAN", true},
               {"RIGHT CATEGORY", true}});
  for (int i = 0; i < Evaluation::kBins; ++i) {
    const ConfidenceBin& bin = evaluation.bins()[i];
    if (bin.count == 0) continue;
    table.AddRow({absl::StrFormat("%.1f-%.1f", i / 10.0, (i + 1) / 10.0),
                  absl::StrCat(bin.count),
                  absl::StrFormat("%.2f", bin.confidence / bin.count),
                  Percent(static_cast<double>(bin.right) / bin.count)});
  }
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

void PrintMisses(const Evaluation& evaluation, Context& context) {
  if (evaluation.misses().empty()) return;
  Table table({{"MISSED AT"},
               {"LABEL"},
               {"EXPECTED"},
               {"ANSWER"},
               {"PATTERN", false, true},
               {"MESSAGE", false, true}});
  for (const Miss& miss : evaluation.misses()) {
    for (const auto& difference : miss.differences) {
      table.AddRow({absl::StrCat(miss.file, ":", miss.line), difference.label,
                    difference.expected, difference.actual,
                    miss.pattern_id.empty() ? "-" : miss.pattern_id,
                    miss.message});
    }
  }
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

ExitCode ExitOf(const Outcome& outcome, bool strict) {
  if (outcome.evaluation.count() == 0) return kRefused;
  const bool clean =
      outcome.findings.total() == 0 && outcome.refused.total() == 0;
  return clean || !strict ? kDone : kNegative;
}

ExitCode Evaluate(const EvaluateFlags& flags, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  context.fields_have_flags = false;
  Outcome outcome;
  for (const std::string& file : flags.files) {
    const auto failed =
        EvaluateFile(file, flags.parallel, **client, outcome, context);
    if (failed.has_value()) return *failed;
  }
  if (outcome.wrong.total > 0) return FailWrong(outcome, context);
  const Evaluation& evaluation = outcome.evaluation;
  if (evaluation.count() + outcome.refused.total() == 0) {
    return context.FailUsage(
        absl::InvalidArgumentError("the corpus holds no error"));
  }
  const ExitCode code = ExitOf(outcome, flags.strict);
  if (context.json) {
    context.out << AsJson(outcome).dump() << '\n';
    return code;
  }
  PrintAccuracy(outcome, context);
  PrintConfusion(evaluation, context);
  PrintCalibration(evaluation, context);
  PrintMisses(evaluation, context);
  context.out.flush();
  outcome.findings.Print(context.err);
  outcome.refused.Print(context.err);
  return code;
}

}  // namespace

void AddEvaluateCommand(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "evaluate", "Compare the server's classifications with labels");
  auto flags = std::make_shared<EvaluateFlags>();
  command
      ->add_option("--corpus", flags->files,
                   "JSONL with message, exception_type, http_status, "
                   "grpc_code, category, retryable, strategy; repeatable")
      ->required();
  command->add_option("--parallel", flags->parallel, "Calls in flight")
      ->check(CLI::Range(1, kMaxParallel))
      ->capture_default_str();
  command->add_flag("--strict", flags->strict,
                    "Exit 1 when there is a finding or a refused line");
  command->footer(
      "Records nothing on the server. An answer that the label's `also` lists "
      "is right. Wrong labels end it, all of them told. A line that the server "
      "refuses is counted and shown, and not "
      "evaluated. A key that looks misspelt and a value of the wrong type are "
      "findings, shown on standard error with FILE:LINE; `recourse replay "
      "--help` names all keys that are read.\n\nExample:\n"
      "  recourse evaluate --corpus app.jsonl --corpus infra.jsonl");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Evaluate(*flags, c); };
  });
}

}  // namespace recourse::cli
