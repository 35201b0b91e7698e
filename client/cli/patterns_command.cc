#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cli/pattern_text.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "server/wire/pattern.h"
#include "server/wire/pattern_file.h"

namespace recourse::cli {
namespace {

constexpr int kPageSize = 1000;

// Calls `use` with each page.
absl::Status ForEachPage(
    v1::ListErrorPatternsRequest request, Client& client,
    const std::function<void(const v1::ListErrorPatternsResponse&)>& use) {
  request.set_page_size(kPageSize);
  do {
    const auto page = client.ListErrorPatterns(request);
    if (!page.ok()) return page.status();
    use(*page);
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

ExitCode List(const v1::ListErrorPatternsRequest& request, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  Table table({{"PATTERN"},
               {"ORIGIN"},
               {"MODE"},
               {"PRIORITY", true},
               {"CATEGORY"},
               {"PLAN", false, true},
               {"MATCHES", true},
               {"DESCRIPTION", false, true}});
  const absl::Status status = ForEachPage(
      request, **client, [&](const v1::ListErrorPatternsResponse& page) {
        if (context.PrintedAsJson(page)) return;
        for (const v1::ErrorPattern& pattern : page.patterns()) {
          table.AddRow(
              {pattern.pattern_id(), ShortName(pattern.origin()),
               pattern.mode() == v1::PATTERN_MODE_UNSPECIFIED
                   ? "ACTIVE"
                   : ShortName(pattern.mode()),
               absl::StrCat(pattern.has_priority() ? pattern.priority() : 50),
               pattern.category() == v1::FAILURE_CATEGORY_UNSPECIFIED
                   ? "-"
                   : ShortName(pattern.category()),
               PlanText(pattern), absl::StrCat(pattern.match_count()),
               pattern.description()});
        }
      });
  if (!status.ok()) return context.Fail(status);
  if (context.json) return kDone;
  if (table.empty()) {
    context.out << "No patterns.\n";
  } else {
    table.Print(context.terminal, context.out);
  }
  return kDone;
}

void PrintPattern(const v1::ErrorPattern& pattern, Context& context) {
  Fields fields;
  fields.Add("# origin", ShortName(pattern.origin()));
  fields.Add("# created", TimeText(pattern.create_time()));
  fields.Add("# updated", TimeText(pattern.update_time()));
  fields.Add("# updated by", pattern.update_by());
  fields.Add("# matches", absl::StrCat(pattern.match_count()));
  fields.Print(context.out);
  context.out << PatternYaml(pattern);
}

ExitCode Get(const std::string& id, Context& context) {
  v1::GetErrorPatternRequest request;
  request.set_pattern_id(id);
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->GetErrorPattern(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) {
    PrintPattern(response->pattern(), context);
  }
  return kDone;
}

ExitCode Export(const v1::ListErrorPatternsRequest& request, Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  std::vector<v1::ErrorPattern> patterns;
  const absl::Status status = ForEachPage(
      request, **client, [&](const v1::ListErrorPatternsResponse& page) {
        if (context.PrintedAsJson(page)) return;
        for (const v1::ErrorPattern& pattern : page.patterns()) {
          patterns.push_back(WithoutOutputFields(pattern));
        }
      });
  if (!status.ok()) return context.Fail(status);
  if (!context.json) context.out << PatternFileText(patterns);
  return kDone;
}

void AddList(CLI::App& patterns, Context& context) {
  CLI::App* command = patterns.add_subcommand("list", "In order of their ids");
  auto request = std::make_shared<v1::ListErrorPatternsRequest>();
  AddEnum(
      *command, "--origin",
      *google::protobuf::GetEnumDescriptor<v1::PatternOrigin>(),
      [request](int value) {
        request->set_origin(static_cast<v1::PatternOrigin>(value));
      },
      "Only these");
  AddEnum(
      *command, "--mode",
      *google::protobuf::GetEnumDescriptor<v1::PatternMode>(),
      [request](int value) {
        request->set_mode(static_cast<v1::PatternMode>(value));
      },
      "Only these");
  command->footer("Example:\n  recourse patterns list --origin user");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return List(*request, c); };
  });
}

void AddGet(CLI::App& patterns, Context& context) {
  CLI::App* command =
      patterns.add_subcommand("get", "Show one as a pattern file");
  auto id = std::make_shared<std::string>();
  command->add_option("ID", *id, "The pattern's id")->required();
  command->footer(
      "Example:\n  recourse patterns get openai_rate_limit > mine.yaml");
  command->callback([id, &context] {
    context.run = [id](Context& c) { return Get(*id, c); };
  });
}

void AddExport(CLI::App& patterns, Context& context) {
  CLI::App* command = patterns.add_subcommand(
      "export", "Print the users' patterns as one pattern file");
  auto request = std::make_shared<v1::ListErrorPatternsRequest>();
  request->set_origin(v1::PATTERN_ORIGIN_USER);
  command->add_flag(
      "--all", [request](int64_t) { request->clear_origin(); },
      "The library's too");
  command->footer("Example:\n  recourse patterns export > backup.yaml");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return Export(*request, c); };
  });
}

}  // namespace

void AddPatternQueries(CLI::App& patterns, Context& context) {
  AddList(patterns, context);
  AddGet(patterns, context);
  AddExport(patterns, context);
}

void AddPatternsCommand(CLI::App& app, Context& context) {
  CLI::App* patterns =
      app.add_subcommand("patterns", "The rules that recognise errors");
  patterns->require_subcommand(1);
  AddPatternQueries(*patterns, context);
  AddPatternChanges(*patterns, context);
  AddPatternFileChecks(*patterns, context);
  AddPatternSuggest(*patterns, context);
}

}  // namespace recourse::cli
