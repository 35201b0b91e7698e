#include <cstdint>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/flags.h"
#include "client/cli/table.h"
#include "client/cli/text.h"
#include "server/wire/target_policy.h"
#include "server/wire/yaml.h"

namespace recourse::cli {
namespace {

constexpr size_t kMaxFileBytes = 1 << 20;

// A file is what ListTargetPolicies answers: `policies:` and a list.
using PolicyFile = v1::ListTargetPoliciesResponse;

std::string OpeningText(const v1::BreakerPolicy& breaker) {
  const std::string rate =
      absl::StrFormat("%g %% of %d in %s", 100 * breaker.failure_rate(),
                      breaker.min_calls(), DurationText(breaker.window()));
  return breaker.consecutive_failures() == 0
             ? rate
             : absl::StrCat(breaker.consecutive_failures(), " in a row, ",
                            rate);
}

std::string RetriesText(const v1::RetryBudgetPolicy& budget) {
  return absl::StrFormat("%g %% and %g/s", 100 * budget.retry_ratio(),
                         budget.min_retries_per_second());
}

std::string PaceText(const v1::PacingPolicy& pacing) {
  return pacing.max_retry_rate() == 0
             ? "-"
             : absl::StrFormat("%g/s", pacing.max_retry_rate());
}

ExitCode List(Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response =
      (*client)->ListTargetPolicies(v1::ListTargetPoliciesRequest());
  if (!response.ok()) return context.Fail(response.status());
  if (context.PrintedAsJson(*response)) return kDone;
  Table table({{"POLICY"},
               {"NAMESPACE"},
               {"TARGET", false, true},
               {"OPENS AT"},
               {"RETRIES"},
               {"PACE", true},
               {"DESCRIPTION", false, true}});
  for (const v1::TargetPolicy& policy : response->policies()) {
    table.AddRow({policy.policy_id(),
                  policy.namespace_().empty() ? "-" : policy.namespace_(),
                  policy.target(), OpeningText(policy.breaker()),
                  RetriesText(policy.retry_budget()), PaceText(policy.pacing()),
                  policy.description()});
  }
  if (table.empty()) {
    context.out << "No policies: every target has the defaults.\n";
  } else {
    table.Print(context.terminal, context.out);
  }
  return kDone;
}

// As a file that `set` reads; its revision stays, so that what is set is based
// on it.
void PrintPolicy(v1::TargetPolicy policy, Context& context) {
  Fields fields;
  fields.Add("# updated", TimeText(policy.update_time()));
  fields.Print(context.out);
  policy.clear_update_time();
  PolicyFile file;
  *file.add_policies() = std::move(policy);
  context.out << ToYaml(file);
}

ExitCode Get(const std::string& id, Context& context) {
  v1::GetTargetPolicyRequest request;
  request.set_policy_id(id);
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->GetTargetPolicy(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) {
    PrintPolicy(response->policy(), context);
  }
  return kDone;
}

ExitCode Resolve(const v1::ResolveTargetPolicyRequest& request,
                 Context& context) {
  context.fields_have_flags = false;  // TARGET is no flag.
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->ResolveTargetPolicy(request);
  if (!response.ok()) return context.Fail(response.status());
  if (context.PrintedAsJson(*response)) return kDone;
  const std::string& id = response->policy().policy_id();
  context.out << "# in force for " << request.target() << ": "
              << (id.empty() ? "the defaults" : id) << '\n'
              << ToYaml(response->policy());
  return kDone;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)),
                         std::istreambuf_iterator<char>());
  if (!in) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  if (text.size() > kMaxFileBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is larger than 1 MiB"));
  }
  return text;
}

// What the server would refuse is refused here, by the same rules.
absl::StatusOr<PolicyFile> ReadPolicies(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadText(path);
  if (!text.ok()) return text.status();
  PolicyFile file;
  if (absl::Status s = ParseYaml(path, *text, file); !s.ok()) return s;
  if (file.policies().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no policy in ", path, ", which needs `policies:` and a list"));
  }
  for (int i = 0; i < file.policies_size(); ++i) {
    const absl::Status status = ParseTargetPolicy(file.policies(i)).status();
    if (status.ok()) continue;
    const std::string& id = file.policies(i).policy_id();
    return absl::InvalidArgumentError(absl::StrCat(
        path, ": policies[", i, "]",
        id.empty() ? "" : absl::StrCat(" (", id, ")"), ": ", status.message()));
  }
  return file;
}

struct SetFlags {
  std::string path;
  bool dry_run = false;
};

// Checks all of them before the first is changed.
absl::Status SetAll(const PolicyFile& file, bool validate_only, Client& client,
                    Context& context) {
  int set = 0;
  for (const v1::TargetPolicy& policy : file.policies()) {
    v1::SetTargetPolicyRequest request;
    *request.mutable_policy() = policy;
    request.set_validate_only(validate_only);
    const auto response = client.SetTargetPolicy(request);
    if (!response.ok()) {
      const std::string done =
          set == 0 || validate_only
              ? ""
              : absl::StrCat(" (the ", set, " before it are set)");
      return WithMessage(response.status(),
                         absl::StrCat(policy.policy_id(), ": ",
                                      response.status().message(), done));
    }
    ++set;
    if (!validate_only) context.PrintedAsJson(*response);
  }
  return absl::OkStatus();
}

ExitCode Set(const SetFlags& flags, Context& context) {
  const absl::StatusOr<PolicyFile> file = ReadPolicies(flags.path);
  if (!file.ok()) return context.FailUsage(file.status());
  context.fields_have_flags = false;
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  absl::Status status =
      SetAll(*file, /*validate_only=*/true, **client, context);
  if (status.ok() && !flags.dry_run) {
    status = SetAll(*file, /*validate_only=*/false, **client, context);
  }
  if (!status.ok()) return context.Fail(status);
  if (context.json) return kDone;
  for (const v1::TargetPolicy& policy : file->policies()) {
    context.out << policy.policy_id()
                << (flags.dry_run ? " would be set for " : " set for ")
                << policy.target() << '\n';
  }
  return kDone;
}

ExitCode Delete(const v1::DeleteTargetPolicyRequest& request,
                Context& context) {
  const auto client = context.Connect();
  if (!client.ok()) return context.FailUsage(client.status());
  const auto response = (*client)->DeleteTargetPolicy(request);
  if (!response.ok()) return context.Fail(response.status());
  if (!context.PrintedAsJson(*response)) {
    context.out << request.policy_id() << " deleted\n";
  }
  return kDone;
}

void AddList(CLI::App& policies, Context& context) {
  CLI::App* command = policies.add_subcommand("list", "In order of their ids");
  command->footer("Example:\n  recourse policies list");
  command->callback(
      [&context] { context.run = [](Context& c) { return List(c); }; });
}

void AddGet(CLI::App& policies, Context& context) {
  CLI::App* command = policies.add_subcommand(
      "get", "Show one as a policy file, every default filled in");
  auto id = std::make_shared<std::string>();
  command->add_option("ID", *id, "The policy's id")->required();
  command->footer("Example:\n  recourse policies get postgres > policy.yaml");
  command->callback([id, &context] {
    context.run = [id](Context& c) { return Get(*id, c); };
  });
}

void AddResolve(CLI::App& policies, Context& context) {
  CLI::App* command = policies.add_subcommand(
      "resolve", "Show what is in force for one target");
  auto request = std::make_shared<v1::ResolveTargetPolicyRequest>();
  AddTarget(*command, request);
  command->footer("Example:\n  recourse policies resolve postgres/orders");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return Resolve(*request, c); };
  });
}

void AddSet(CLI::App& policies, Context& context) {
  CLI::App* command = policies.add_subcommand(
      "set", "Add or replace the policies of a file: all are checked first");
  auto flags = std::make_shared<SetFlags>();
  command
      ->add_option("FILE", flags->path,
                   "YAML: `policies:` and a list, in the API's field names")
      ->required();
  command->add_flag("--dry-run", flags->dry_run,
                    "Check everything, change nothing");
  command->footer(
      "Example:\n"
      "  policies:\n"
      "  - policy_id: postgres\n"
      "    target: postgres/*\n"
      "    breaker: {failure_rate: 0.3, open_duration: 2s}\n"
      "    retry_budget: {retry_ratio: 0.1}\n"
      "    pacing: {max_retry_rate: 50}\n\n"
      "  recourse policies set policy.yaml");
  command->callback([flags, &context] {
    context.run = [flags](Context& c) { return Set(*flags, c); };
  });
}

void AddDelete(CLI::App& policies, Context& context) {
  CLI::App* command = policies.add_subcommand(
      "delete", "Its targets have the next policy that fits, or the defaults");
  auto request = std::make_shared<v1::DeleteTargetPolicyRequest>();
  command
      ->add_option_function<std::string>(
          "ID", [request](const std::string& v) { request->set_policy_id(v); },
          "The policy's id")
      ->required();
  command
      ->add_option_function<int64_t>(
          "--revision", [request](int64_t v) { request->set_revision(v); },
          "Only if this is still its revision")
      ->check(CLI::PositiveNumber);
  command->footer("Example:\n  recourse policies delete postgres");
  command->callback([request, &context] {
    context.run = [request](Context& c) { return Delete(*request, c); };
  });
}

}  // namespace

void AddPoliciesCommand(CLI::App& app, Context& context) {
  CLI::App* policies = app.add_subcommand(
      "policies", "What is allowed towards targets: circuits, retries, pace");
  policies->require_subcommand(1);
  AddList(*policies, context);
  AddGet(*policies, context);
  AddResolve(*policies, context);
  AddSet(*policies, context);
  AddDelete(*policies, context);
}

}  // namespace recourse::cli
