// Prints COUNT random Python programs, and the tricky ones, as a JSON list:
// random_programs COUNT.
#include <cstdlib>
#include <iostream>

#include "nlohmann/json.hpp"
#include "tests/correct/random_texts.h"

int main(int argc, char** argv) {
  const unsigned long count = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 1;
  nlohmann::json programs = nlohmann::json::array();
  for (unsigned seed = 1; seed <= count; ++seed) {
    programs.push_back(recourse::RandomPython(seed).Program());
  }
  const auto& tricky = recourse::TrickyPython();
  // The last one is Python 2.
  for (size_t i = 0; i + 1 < tricky.size(); ++i) programs.push_back(tricky[i]);
  std::cout << programs.dump() << "\n";
  return 0;
}
