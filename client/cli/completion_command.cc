// Completion scripts, made from the very commands and flags that are parsed.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "client/cli/commands.h"
#include "client/cli/text.h"

namespace recourse::cli {
namespace {

struct Word {
  std::string text;
  std::string help;
};

// The words that may follow one command.
struct Place {
  std::string path;  // "patterns add"; empty: the program.
  std::vector<Word> commands;
  std::vector<Word> flags;
};

std::vector<Word> FlagsOf(const CLI::App& app) {
  std::vector<Word> flags;
  for (const CLI::Option* option : app.get_options(
           [](const CLI::Option* o) { return o->nonpositional(); })) {
    for (const std::string& name : option->get_lnames()) {
      flags.push_back({absl::StrCat("--", name), option->get_description()});
    }
  }
  return flags;
}

void Collect(const CLI::App& app, const std::string& path,
             std::vector<Place>& places) {
  Place place{path, {}, FlagsOf(app)};
  std::vector<const CLI::App*> children;
  for (const CLI::App* child :
       app.get_subcommands([](const CLI::App*) { return true; })) {
    place.commands.push_back({child->get_name(), child->get_description()});
    children.push_back(child);
  }
  places.push_back(std::move(place));
  for (const CLI::App* child : children) {
    Collect(*child,
            absl::StrCat(path, path.empty() ? "" : " ", child->get_name()),
            places);
  }
}

// What may follow a flag, for flags that mean the same in every command.
std::vector<std::pair<std::string, std::string>> ValuesOfFlags() {
  const auto names = [](const google::protobuf::EnumDescriptor* type) {
    return absl::StrReplaceAll(EnumNames(*type), {{",", ""}});
  };
  using google::protobuf::GetEnumDescriptor;
  return {{"--outcome", names(GetEnumDescriptor<v1::Outcome>())},
          {"--action", names(GetEnumDescriptor<v1::ResolutionAction>())},
          {"--idempotency", names(GetEnumDescriptor<v1::Idempotency>())},
          {"--origin", names(GetEnumDescriptor<v1::PatternOrigin>())},
          {"--mode", names(GetEnumDescriptor<v1::PatternMode>())},
          {"--kind", names(GetEnumDescriptor<v1::RecoveryEvent::Kind>())},
          {"--window", "all 1m 5m 1h"}};
}

// Where files are named: after these commands, and after these flags.
constexpr char kFileCommands[] =
    "'patterns add'|'patterns update'|'patterns apply'|'patterns validate'|"
    "'patterns test'|'policies set'|'replay'";
constexpr char kFileFlags[] = "--corpus|--tls-ca|--tls-cert|--tls-key";

std::string ValueCases() {
  std::string text;
  for (const auto& [flag, values] : ValuesOfFlags()) {
    absl::StrAppend(&text, "  ", flag, ") words='", values, "' ;;\n");
  }
  return text;
}

std::string Texts(const std::vector<Word>& words) {
  return absl::StrJoin(words, " ", [](std::string* out, const Word& word) {
    absl::StrAppend(out, word.text);
  });
}

// A shell case per place; `assign` sets the words of one.
std::string Cases(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    std::vector<Word> flags = place.flags;
    for (const Word& word : places[0].flags) {
      const bool there =
          std::any_of(flags.begin(), flags.end(),
                      [&](const Word& f) { return f.text == word.text; });
      if (!there) flags.push_back(word);
    }
    absl::StrAppend(&text, "    '", place.path, "') words='",
                    Texts(place.commands), place.commands.empty() ? "" : " ",
                    Texts(flags), "' ;;\n");
  }
  return text;
}

// Names of all commands: what the path of a command line is made of.
std::string CommandPattern(const std::vector<Place>& places) {
  std::vector<std::string> paths;
  for (const Place& place : places) {
    if (!place.path.empty()) {
      paths.push_back(absl::StrCat("'", place.path, "'"));
    }
  }
  return absl::StrJoin(paths, "|");
}

std::string BashScript(const std::vector<Place>& places) {
  return absl::StrCat(
      "_recourse() {\n"
      "  local path='' next words word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    next=\"${path:+$path }$word\"\n"
      "    case \"$next\" in\n"
      "    ",
      CommandPattern(places),
      ") path=\"$next\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path\" in\n",
      Cases(places),
      "  esac\n"
      "  # Without words of ours the shell offers files.\n"
      "  case \"$path\" in\n"
      "    ",
      kFileCommands,
      ") [[ \"${COMP_WORDS[COMP_CWORD]}\" == -* ]] || words='' ;;\n"
      "  esac\n"
      "  case \"${COMP_WORDS[COMP_CWORD-1]}\" in\n",
      ValueCases(), "  ", kFileFlags,
      ") words='' ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- "
      "\"${COMP_WORDS[COMP_CWORD]}\"))\n"
      "}\n"
      "complete -o default -F _recourse recourse\n");
}

std::string ZshScript(const std::vector<Place>& places) {
  return absl::StrCat(
      "#compdef recourse\n"
      "_recourse() {\n"
      "  local path_='' next words_ word\n"
      "  for word in \"${words[@]:1:$((CURRENT - 2))}\"; do\n"
      "    next=\"${path_:+$path_ }$word\"\n"
      "    case \"$next\" in\n"
      "    ",
      CommandPattern(places),
      ") path_=\"$next\" ;;\n"
      "    esac\n"
      "  done\n"
      "  case \"$path_\" in\n",
      absl::StrReplaceAll(Cases(places), {{" words='", " words_='"}}),
      "  esac\n"
      "  compadd -- ${=words_}\n"
      "  _files\n"
      "}\n"
      "compdef _recourse recourse\n");
}

std::string FishQuoted(const std::string& text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

std::string FishScript(const std::vector<Place>& places) {
  std::string text;
  for (const Place& place : places) {
    std::vector<std::string> conditions;
    for (absl::string_view rest = place.path; !rest.empty();) {
      const size_t end = std::min(rest.find(' '), rest.size());
      conditions.push_back(
          absl::StrCat("__fish_seen_subcommand_from ", rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (!place.commands.empty()) {
      conditions.push_back(absl::StrCat("not __fish_seen_subcommand_from ",
                                        Texts(place.commands)));
    }
    const std::string when = absl::StrJoin(conditions, "; and ");
    for (const Word& word : place.commands) {
      absl::StrAppend(&text, "complete -c recourse -f -n '", when, "' -a ",
                      word.text, " -d ", FishQuoted(word.help), "\n");
    }
    for (const Word& word : place.flags) {
      absl::StrAppend(
          &text, "complete -c recourse ",
          place.path.empty() ? "" : absl::StrCat("-n '", when, "' "), "-l ",
          word.text.substr(2), " -d ", FishQuoted(word.help), "\n");
    }
  }
  return text;
}

}  // namespace

void AddCompletionCommand(CLI::App& app, Context& context) {
  CLI::App* command =
      app.add_subcommand("completion", "Print a completion script");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""));
  command->footer(
      "Examples:\n  source <(recourse completion bash)\n"
      "  recourse completion fish > ~/.config/fish/completions/recourse.fish");
  command->callback([shell, &app, &context] {
    context.run = [shell, &app](Context& c) {
      std::vector<Place> places;
      Collect(app, "", places);
      c.out << (*shell == "bash"  ? BashScript(places)
                : *shell == "zsh" ? ZshScript(places)
                                  : FishScript(places));
      return kDone;
    };
  });
}

}  // namespace recourse::cli
