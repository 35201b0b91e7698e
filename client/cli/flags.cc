#include "client/cli/flags.h"

#include "absl/strings/str_cat.h"
#include "client/cli/text.h"
#include "server/wire/yaml.h"

namespace recourse::cli {

CLI::Option* AddDuration(CLI::App& app, const std::string& name,
                         std::optional<absl::Duration>& value,
                         const std::string& help) {
  const auto check = [](const std::string& text) {
    const auto parsed = ParseDuration(text);
    return parsed.ok() ? std::string() : std::string(parsed.status().message());
  };
  return app
      .add_option(
          name,
          [&value](const CLI::results_t& texts) {
            const auto parsed = ParseDuration(texts.back());
            if (parsed.ok()) value = *parsed;
            return parsed.ok();
          },
          help)
      ->check(CLI::Validator(check, ""))
      ->type_name("DURATION");
}

CLI::Option* AddEnum(CLI::App& app, const std::string& name,
                     const google::protobuf::EnumDescriptor& type,
                     const std::function<void(int)>& set,
                     const std::string& help) {
  const std::string names = EnumNames(type);
  const auto check = [&type, names](const std::string& text) {
    return ParseEnumName(type, text).has_value()
               ? std::string()
               : absl::StrCat(text, " is none of ", names);
  };
  return app
      .add_option(
          name,
          [&type, set](const CLI::results_t& texts) {
            for (const std::string& text : texts) {
              const auto number = ParseEnumName(type, text);
              if (!number.has_value()) return false;
              set(*number);
            }
            return true;
          },
          absl::StrCat(help, ": ", names))
      ->check(CLI::Validator(check, ""))
      ->type_name("NAME");
}

std::optional<std::pair<std::string, std::string>> SplitPair(
    const std::string& text, char separator) {
  const size_t at = text.find(separator);
  if (at == std::string::npos || at == 0) return std::nullopt;
  return std::make_pair(text.substr(0, at), text.substr(at + 1));
}

}  // namespace recourse::cli
