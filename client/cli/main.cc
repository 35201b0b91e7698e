// recourse: the command line of a Recourse server.
#include <cstdlib>
#include <iostream>

#include "CLI/CLI.hpp"
#include "client/cli/commands.h"
#include "google/protobuf/stubs/logging.h"
#include "server/usage_error.h"

int main(int argc, char** argv) {
  using namespace recourse::cli;
  // What went wrong is said once, by us.
  google::protobuf::SetLogHandler(nullptr);
  // Before there is another thread.
  // NOLINTNEXTLINE(concurrency-mt-unsafe)
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  std::ios::sync_with_stdio(false);
  Context context(std::cin, std::cout, std::cerr, DetectTerminal());
  CLI::App app("Ask a Recourse server what to do about errors", "recourse");
  AddEverything(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const std::string unknown =
        error.get_exit_code() == 0 ? "" : recourse::UnknownWord(app);
    if (unknown.empty()) return app.exit(error) == 0 ? kDone : kBadUsage;
    context.FailUsage(absl::InvalidArgumentError(unknown));
    std::cerr << "Run with --help for more information.\n";
    return kBadUsage;
  }
  return context.run(context);
}
