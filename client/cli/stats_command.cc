#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/table.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

using Counts = google::protobuf::RepeatedPtrField<v1::NamedCount>;

std::string Milliseconds(double value) {
  return absl::StrCat(Decimal(value), " ms");
}

// A number of which nothing is known yet is not 0.
std::string IfKnown(bool known, const std::string& text) {
  return known ? text : "-";
}

void AddOutcomes(const v1::RecoveryStatistics& stats, Fields& fields) {
  const bool known = stats.succeeded() + stats.failed() + stats.abandoned() > 0;
  fields.Add(
      "recoveries",
      absl::StrCat(stats.recoveries(), ": ", stats.succeeded(), " succeeded, ",
                   stats.failed(), " failed, ", stats.abandoned(),
                   " abandoned, ", stats.cancelled(), " cancelled, ",
                   stats.ignored(), " ignored, ", stats.pending(), " pending, ",
                   stats.unreported(), " unreported"));
  fields.Add(
      "success rate",
      IfKnown(known, absl::StrCat(Percent(stats.success_rate()), " (known of ",
                                  Percent(stats.coverage()), ")")));
  fields.Add("failure rate", IfKnown(known, Percent(stats.failure_rate())));
  fields.Add(
      "recovery time",
      IfKnown(known,
              absl::StrCat(
                  "mean ", Milliseconds(stats.avg_recovery_time_ms()), ", p50 ",
                  Milliseconds(stats.recovery_time().p50_ms()), ", p95 ",
                  Milliseconds(stats.recovery_time().p95_ms()), ", p99 ",
                  Milliseconds(stats.recovery_time().p99_ms()))));
}

void PrintOverview(const v1::RecoveryStatistics& stats, Context& context) {
  Fields fields;
  fields.Add("window", absl::StrCat(ShortName(stats.window()), ", ",
                                    TimeText(stats.start_time()), " to ",
                                    TimeText(stats.end_time())));
  fields.Add("decisions", absl::StrCat(stats.total_attempts(), ", unmatched ",
                                       stats.unmatched_errors()));
  AddOutcomes(stats, fields);
  fields.Add(
      "retries",
      IfKnown(stats.total_attempts() > 0,
              absl::StrCat(Decimal(stats.average_retries()), " per recovery, ",
                           Percent(stats.retry_rate()), " of decisions")));
  fields.Add("apart",
             absl::StrCat(stats.degraded_results(), " fallback values, ",
                          stats.corrections(), " corrections, ",
                          stats.human_resolutions(), " resolved by people"));
  fields.Add("duplicates",
             absl::StrCat(stats.duplicate_requests(), " requests, ",
                          stats.duplicate_reports(), " reports"));
  fields.Print(context.out);
}

void PrintStrategies(const v1::RecoveryStatistics& stats, Context& context) {
  Table table({{"STRATEGY"},
               {"USED", true},
               {"SUCCEEDED", true},
               {"FAILED", true},
               {"SUCCESS", true},
               {"KNOWN", true},
               {"EXHAUSTED", true},
               {"P50", true},
               {"P95", true}});
  for (const v1::StrategyStatistics& row : stats.strategies()) {
    if (row.used() == 0 && row.exhausted() == 0) continue;
    const bool known = row.succeeded() + row.failed() > 0;
    table.AddRow({ShortName(row.strategy()), absl::StrCat(row.used()),
                  absl::StrCat(row.succeeded()), absl::StrCat(row.failed()),
                  IfKnown(known, Percent(row.success_rate())),
                  IfKnown(row.used() > 0, Percent(row.coverage())),
                  absl::StrCat(row.exhausted()),
                  IfKnown(known, Milliseconds(row.duration().p50_ms())),
                  IfKnown(known, Milliseconds(row.duration().p95_ms()))});
  }
  if (table.empty()) return;
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

void PrintCounts(const std::string& title, const Counts& counts,
                 Context& context) {
  if (counts.empty()) return;
  Table table({{title, false, true}, {"COUNT", true}});
  for (const v1::NamedCount& row : counts) {
    table.AddRow({row.name(), absl::StrCat(row.count())});
  }
  context.out << '\n';
  table.Print(context.terminal, context.out);
}

ExitCode Stats(const v1::GetStatisticsRequest& request, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->GetStatistics(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.PrintedAsJson(*response)) return kDone;
  const v1::RecoveryStatistics& stats = response->statistics();
  PrintOverview(stats, context);
  PrintStrategies(stats, context);
  PrintCounts("DISPOSITION", stats.dispositions(), context);
  PrintCounts("CATEGORY", stats.categories(), context);
  PrintCounts("ERROR TYPE", stats.error_types(), context);
  PrintCounts("PATTERN", stats.patterns(), context);
  PrintCounts("STEP PASSED OVER", stats.exhaustion_reasons(), context);
  return kDone;
}

}  // namespace

void AddStatsCommand(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("stats", "Show what was counted");
  auto request = std::make_shared<v1::GetStatisticsRequest>();
  const std::map<std::string, int> windows = {
      {"all", v1::STATISTICS_WINDOW_ALL},
      {"1m", v1::STATISTICS_WINDOW_ONE_MINUTE},
      {"5m", v1::STATISTICS_WINDOW_FIVE_MINUTES},
      {"1h", v1::STATISTICS_WINDOW_ONE_HOUR}};
  command
      ->add_option(
          "--window",
          [request, windows](const CLI::results_t& texts) {
            const auto it = windows.find(texts.back());
            if (it == windows.end()) return false;
            request->set_window(static_cast<v1::StatisticsWindow>(it->second));
            return true;
          },
          "all, 1m, 5m or 1h; default all")
      ->type_name("WINDOW")
      ->check(CLI::IsMember({"all", "1m", "5m", "1h"}).description(""));
  command->add_flag(
      "--replica",
      [request](int64_t) { request->set_scope(v1::STATISTICS_SCOPE_REPLICA); },
      "Only what this one server counted");
  command->footer("Example:\n  recourse stats --window 5m");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return Stats(*request, c); };
  });
}

}  // namespace recourse::cli
