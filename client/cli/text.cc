#include "client/cli/text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "client/cpp/durations.h"

namespace recourse::cli {
namespace {

using google::protobuf::EnumDescriptor;

// RECOVERY_STRATEGY_ for RecoveryStrategy: what stands before UNSPECIFIED in
// its first value.
std::string Prefix(const EnumDescriptor& type) {
  const std::string& first = type.value(0)->name();
  return first.substr(0, first.size() - sizeof("UNSPECIFIED") + 1);
}

}  // namespace

std::string ShortName(const EnumDescriptor& type, int value) {
  const auto* descriptor = type.FindValueByNumber(value);
  if (descriptor == nullptr) return absl::StrCat(value);
  return descriptor->name().substr(Prefix(type).size());
}

std::optional<int> ParseEnumName(const EnumDescriptor& type,
                                 absl::string_view text) {
  std::string name =
      absl::StrReplaceAll(absl::AsciiStrToUpper(text), {{"-", "_"}});
  const std::string prefix = Prefix(type);
  if (!absl::StartsWith(name, prefix)) name = prefix + name;
  const auto* value = type.FindValueByName(name);
  if (value == nullptr) return std::nullopt;
  return value->number();
}

std::string EnumNames(const EnumDescriptor& type) {
  std::string names;
  for (int i = 1; i < type.value_count(); ++i) {
    absl::StrAppend(
        &names, i == 1 ? "" : ", ",
        absl::AsciiStrToLower(ShortName(type, type.value(i)->number())));
  }
  return names;
}

std::string DurationText(const google::protobuf::Duration& duration) {
  const absl::Duration exact = FromProto(duration);
  return absl::FormatDuration(exact < absl::Milliseconds(1)
                                  ? exact
                                  : absl::Trunc(exact, absl::Milliseconds(1)));
}

std::string TimeText(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() == 0 && timestamp.nanos() == 0) return "";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", FromProto(timestamp),
                          absl::UTCTimeZone());
}

std::string Counted(int64_t count, absl::string_view noun) {
  return absl::StrCat(count, " ", noun, count == 1 ? "" : "s");
}

std::string Percent(double share) {
  return absl::StrFormat("%.1f %%", share * 100);
}

std::string Decimal(double number) { return absl::StrFormat("%.1f", number); }

}  // namespace recourse::cli
