// Flags of kinds that CLI11 does not know.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "google/protobuf/generated_enum_reflection.h"

namespace recourse::cli {

// 20s, 1.5s, 200ms, 5m, 2h, 1m30s. Bad text is bad usage.
CLI::Option* AddDuration(CLI::App& app, const std::string& name,
                         std::optional<absl::Duration>& value,
                         const std::string& help);

// A name of the enum in any case, without its prefix; the help lists them.
CLI::Option* AddEnum(CLI::App& app, const std::string& name,
                     const google::protobuf::EnumDescriptor& type,
                     const std::function<void(int)>& set,
                     const std::string& help);

template <typename Enum>
CLI::Option* AddEnum(CLI::App& app, const std::string& name, Enum& value,
                     const std::string& help) {
  return AddEnum(
      app, name, *google::protobuf::GetEnumDescriptor<Enum>(),
      [&value](int number) { value = static_cast<Enum>(number); }, help);
}

// TARGET and --namespace of a request about one target.
template <typename Request>
void AddTarget(CLI::App& command, const std::shared_ptr<Request>& request) {
  command
      .add_option_function<std::string>(
          "TARGET", [request](const std::string& v) { request->set_target(v); },
          "For example postgres/orders")
      ->required();
  command.add_option_function<std::string>(
      "--namespace",
      [request](const std::string& v) { request->set_namespace_(v); },
      "Default: default");
}

// "KEY<separator>VALUE" in two; nullopt where the separator or key is missing.
std::optional<std::pair<std::string, std::string>> SplitPair(
    const std::string& text, char separator);

}  // namespace recourse::cli
