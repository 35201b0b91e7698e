// A filter for surveys: reads JSON lines {"fixer", "text", "error"} and writes
// {"fixed": text, or null when nothing is changed} for each.
#include <iostream>
#include <map>
#include <string>

#include "nlohmann/json.hpp"
#include "server/correct/fixers.h"

int main() {
  std::ios::sync_with_stdio(false);
  std::map<std::string, recourse::Fixer> fixers;
  for (int i = 1; i <= static_cast<int>(recourse::Fixer::kCodeFence); ++i) {
    const auto fixer = static_cast<recourse::Fixer>(i);
    fixers[std::string(recourse::Name(fixer))] = fixer;
  }
  std::string line;
  while (std::getline(std::cin, line)) {
    const auto request = nlohmann::json::parse(line);
    const std::string text = request.at("text");
    const std::string error = request.value("error", "");
    const auto fixed = recourse::ApplyFixer(
        fixers.at(request.at("fixer")), text, {.error = error, .stack = ""});
    nlohmann::json answer;
    answer["fixed"] =
        fixed.has_value() ? nlohmann::json(*fixed) : nlohmann::json();
    std::cout << answer.dump() << "\n" << std::flush;
  }
  return 0;
}
