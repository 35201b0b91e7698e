#include "server/wire/pattern.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "server/model/stable_hash.h"
#include "server/wire/checker.h"
#include "server/wire/enums.h"
#include "server/wire/regex.h"
#include "server/wire/steps.h"

namespace recourse {
namespace {

using StepMessages = google::protobuf::RepeatedPtrField<v1::Step>;

// Everything of one pattern together; what the Store and one reply can hold.
constexpr size_t kMaxPatternBytes = 128 << 10;
constexpr size_t kMaxPatternLabels = 16;
constexpr size_t kMaxConditionValues = 64;
constexpr size_t kMaxExamples = 64;
constexpr size_t kMaxExampleBytes = 16 << 10;

bool IsIdCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         c == '.' || c == '-';
}

void CheckId(const std::string& id, Checker& check) {
  check.RequiredText("pattern_id", id, kMaxPatternIdBytes);
  for (const char c : id) {
    if (!IsIdCharacter(c)) {
      return check.Fail("pattern_id",
                        "may hold only letters, digits and any of _.-");
    }
  }
}

Conditions ParseConditions(const v1::PatternConditions& message,
                           Checker& parent) {
  Checker check(parent, "conditions");
  const auto texts = [&](absl::string_view field, const TextList& values) {
    check.Texts(field, values, kMaxConditionValues, kMaxTargetBytes);
    return ToVector(values);
  };
  Conditions conditions;
  conditions.exception_types =
      texts("exception_type", message.exception_type());
  check.Count("http_status", message.http_status_size(), kMaxConditionValues);
  for (int i = 0; i < message.http_status_size(); ++i) {
    const int status = message.http_status(i);
    if (status < 100 || status > 599) {
      check.FailItem("http_status", i,
                     absl::StrCat("must be between 100 and 599, is ", status));
    }
    conditions.http_statuses.push_back(status);
  }
  for (const std::string& name : texts("grpc_code", message.grpc_code())) {
    const std::optional<GrpcCode> code = ParseGrpcCode(name);
    if (!code) {
      check.FailItem("grpc_code",
                     static_cast<int>(conditions.grpc_codes.size()),
                     absl::StrCat("\"", name, "\" is no code of gRPC"));
      break;
    }
    conditions.grpc_codes.push_back(*code);
  }
  conditions.codes = texts("code", message.code());
  conditions.targets = texts("target", message.target());
  conditions.node_names = texts("node_name", message.node_name());
  check.Labels("labels", message.labels(), kMaxConditionValues, kMaxNameBytes,
               kMaxNameBytes);
  conditions.labels = ToMap(message.labels());
  return conditions;
}

void CheckTexts(const v1::ErrorPattern& message, Checker& check) {
  check.Text("description", message.description(), kMaxDescriptionBytes);
  check.Text("suggested_action", message.suggested_action(),
             kMaxDescriptionBytes);
  check.Labels("labels", message.labels(), kMaxPatternLabels, kMaxNameBytes,
               kMaxNameBytes);
  Checker examples(check, "examples");
  examples.Texts("match", message.examples().match(), kMaxExamples,
                 kMaxExampleBytes);
  examples.Texts("no_match", message.examples().no_match(), kMaxExamples,
                 kMaxExampleBytes);
  if (const size_t bytes = message.ByteSizeLong(); bytes > kMaxPatternBytes) {
    check.Fail("", absl::StrCat("the pattern is ", bytes,
                                " bytes long, at most ", kMaxPatternBytes));
  }
}

// The steps as written, or the one that the shorthand stands for.
StepMessages StepsOf(const v1::ErrorPattern& message, Checker& check) {
  check.KnownEnum("recovery_strategy", message.recovery_strategy());
  if (message.recovery_strategy() == v1::RECOVERY_STRATEGY_UNSPECIFIED) {
    return message.steps();
  }
  if (!message.steps().empty()) {
    check.Fail("recovery_strategy",
               "excludes steps: it is shorthand for one step with defaults");
  }
  StepMessages steps;
  switch (message.recovery_strategy()) {
    case v1::RECOVERY_STRATEGY_RETRY:
      steps.Add()->mutable_retry();
      break;
    case v1::RECOVERY_STRATEGY_ALTERNATIVE_PATH:
      steps.Add()->mutable_alternative_path();
      break;
    case v1::RECOVERY_STRATEGY_ESCALATION:
      steps.Add()->mutable_escalation();
      break;
    default:
      check.Fail("recovery_strategy",
                 "may be RETRY, ALTERNATIVE_PATH or ESCALATION; write steps "
                 "for anything else");
  }
  return steps;
}

void ParseEnums(const v1::ErrorPattern& message, Checker& check,
                Pattern& pattern) {
  check.KnownEnum("error_type", message.error_type());
  if (message.error_type() == v1::ERROR_TYPE_UNSPECIFIED) {
    check.Fail("error_type", "is required");
  }
  check.KnownEnum("category", message.category());
  check.KnownEnum("severity", message.severity());
  check.KnownEnum("mode", message.mode());
  if (!check.ok()) return;
  pattern.error_type = FromMessageEnum<ErrorType>(message.error_type());
  pattern.category = FromMessageEnum<Category>(message.category());
  if (message.severity() != v1::SEVERITY_UNSPECIFIED) {
    pattern.severity = FromMessageEnum<Severity>(message.severity());
  }
  if (message.mode() != v1::PATTERN_MODE_UNSPECIFIED) {
    pattern.mode = FromMessageEnum<PatternMode>(message.mode());
  }
}

bool HasCorrection(const StepMessages& steps) {
  return std::any_of(steps.begin(), steps.end(), [](const v1::Step& step) {
    return step.has_error_correction();
  });
}

// With `literals` the regex is known to compile: it does when it is needed.
absl::StatusOr<SharedPattern> Parse(const v1::ErrorPattern& message,
                                    Origin origin, RegexBudget& budget,
                                    std::optional<RequiredLiterals> literals) {
  Checker check;
  auto pattern = std::make_shared<Pattern>();
  CheckId(message.pattern_id(), check);
  pattern->id = message.pattern_id();
  ParseEnums(message, check, *pattern);
  CheckTexts(message, check);
  if (message.has_priority()) {
    check.Number("priority", message.priority(), 0, kMaxPriority);
    pattern->priority = message.priority();
  }
  pattern->regex =
      literals ? PatternRegex::WhenNeeded(message.regex_pattern(),
                                          RegexOptions(budget.max_memory))
               : CompileRegex(message.regex_pattern(), budget, check,
                              "regex_pattern");
  pattern->yields = literals.has_value();  // Of the built-in library.
  pattern->literals = std::move(literals);
  pattern->conditions = ParseConditions(message.conditions(), check);
  const StepMessages steps = StepsOf(message, check);
  pattern->steps = ParseStepList(
      steps,
      {.field = "steps",
       .error_regex = HasCorrection(steps) ? pattern->regex.get() : nullptr,
       .regex_budget = budget},
      check);
  if (!check.ok()) return check.status();
  pattern->steps_hash = HashSteps(steps);
  pattern->match_stack = message.match_stack();
  pattern->suggested_action = message.suggested_action();
  pattern->not_executed = message.not_executed();
  pattern->origin = origin;
  pattern->revision = message.revision();
  return pattern;
}

}  // namespace

RegexBudget NewPatternBudget() {
  return {.max_memory = kMaxRegexMemory,
          .max_count = kMaxPatternRegexes,
          .max_instructions = kMaxPatternInstructions};
}

absl::StatusOr<SharedPattern> ParsePattern(const v1::ErrorPattern& message,
                                           Origin origin) {
  RegexBudget budget = NewPatternBudget();
  return ParsePattern(message, origin, budget);
}

absl::StatusOr<SharedPattern> ParsePattern(const v1::ErrorPattern& message,
                                           Origin origin, RegexBudget& budget) {
  return Parse(message, origin, budget, std::nullopt);
}

absl::StatusOr<SharedPattern> ParseCheckedPattern(
    const v1::ErrorPattern& message, Origin origin, RequiredLiterals literals) {
  RegexBudget budget = NewPatternBudget();
  return Parse(message, origin, budget, std::move(literals));
}

absl::StatusOr<std::vector<Step>> ParseSteps(const StepMessages& messages,
                                             const RE2* error_regex) {
  Checker check;
  RegexBudget budget = NewPatternBudget();
  std::vector<Step> steps = ParseStepList(
      messages,
      {.field = "steps", .error_regex = error_regex, .regex_budget = budget},
      check);
  if (!check.ok()) return check.status();
  return steps;
}

uint64_t HashSteps(const StepMessages& steps) {
  uint64_t hash = StableHash("");
  for (const v1::Step& step : steps) {
    std::string bytes;
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);  // Maps in the order of keys.
    step.SerializeToCodedStream(&coded);
    coded.Trim();
    // The length keeps two steps from running into each other.
    hash = StableHash(absl::StrCat(bytes.size(), ":", bytes), hash);
  }
  return hash;
}

v1::ErrorPattern WithoutOutputFields(const v1::ErrorPattern& message) {
  v1::ErrorPattern pattern = message;
  pattern.clear_origin();
  pattern.clear_revision();
  pattern.clear_create_time();
  pattern.clear_update_time();
  pattern.clear_update_by();
  pattern.clear_match_count();
  return pattern;
}

}  // namespace recourse
