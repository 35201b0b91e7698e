// recourse: the command line of a Recourse server.
#include <iostream>

#include "CLI/CLI.hpp"
#include "client/cli/commands.h"
#include "client/cli/usage_error.h"

int main(int argc, char** argv) {
  using namespace recourse::cli;
  std::ios::sync_with_stdio(false);
  Context context(std::cin, std::cout, std::cerr, DetectTerminal());
  CLI::App app("Ask a Recourse server what to do about errors", "recourse");
  AddEverything(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::string unknown =
        error.get_exit_code() == 0 ? "" : UnknownWord(app);
    if (unknown.empty()) return app.exit(error) == 0 ? kDone : kBadUsage;
    context.FailUsage(absl::InvalidArgumentError(unknown));
    std::cerr << "Run with --help for more information.\n";
    return kBadUsage;
  }
  return context.run(context);
}
