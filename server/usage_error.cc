#include "server/usage_error.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/wire/yaml_reader.h"

namespace recourse {
namespace {

using Names = std::vector<std::string>;

Names CommandsOf(const CLI::App& app) {
  Names names;
  for (const CLI::App* command :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
  }
  return names;
}

void AddFlagsOf(const CLI::App& app, Names& names) {
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      names.push_back(absl::StrCat("--", name));
    }
  }
}

}  // namespace

std::string UnknownWord(const CLI::App& app) {
  const Names unknown = app.remaining(/*recurse=*/true);
  if (unknown.empty()) return "";
  Names path;
  Names flags;
  const CLI::App* command = &app;
  AddFlagsOf(app, flags);
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
    path.push_back(command->get_name());
    AddFlagsOf(*command, flags);
  }
  const std::string word = unknown[0].substr(0, unknown[0].find('='));
  if (absl::StartsWith(word, "-")) {
    return absl::StrCat("no flag ", word, Suggestion(word, flags));
  }
  const Names commands = CommandsOf(*command);
  if (commands.empty()) return absl::StrCat("no use for the word ", word);
  const std::string suggestion = Suggestion(word, commands);
  path.push_back(word);
  return absl::StrCat("no command ", absl::StrJoin(path, " "), suggestion);
}

}  // namespace recourse
