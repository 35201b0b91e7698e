// What is wrong with a command line that CLI11 could not parse.
#pragma once

#include <string>

#include "CLI/CLI.hpp"

namespace recourse {

// "no command handel; did you mean handle?" for the first word that `app` does
// not know; empty when it knows them all. Call it after a failed parse: CLI11
// complains of what is missing before it complains of what is unknown, and a
// misspelt flag is both.
std::string UnknownWord(const CLI::App& app);

}  // namespace recourse
