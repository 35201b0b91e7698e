// recourse: the command line of a Recourse server.
#include <iostream>

#include "CLI/CLI.hpp"
#include "client/cli/commands.h"

int main(int argc, char** argv) {
  using namespace recourse::cli;
  std::ios::sync_with_stdio(false);
  Context context(std::cin, std::cout, std::cerr, DetectTerminal());
  CLI::App app("Ask a Recourse server what to do about errors", "recourse");
  AddEverything(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kBadUsage;
  }
  return context.run(context);
}
