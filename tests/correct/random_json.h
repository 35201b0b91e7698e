// Random JSON documents whose texts mislead.
#pragma once

#include <random>
#include <string>

#include "nlohmann/json.hpp"

namespace recourse {

// A value at most `depth` levels deep; the same seed gives the same one.
inline nlohmann::ordered_json RandomJson(std::mt19937& random, int depth) {
  static constexpr const char* kTexts[] = {
      "",       "a",       "it's",    "say \"hi\"",  "x,}",      "[1, 2",
      "True",   "None",    "// no",   "/* x */ # y", "{'a': 1}", "a: b, c: d",
      "\\d+\\", "line\n2", "tab\tx",  "```json",     "“smart”",  "‘q’ – é",
      "</a>",   "NaN",     "http://", "a\", \"b",    "\u00a0",   "}"};
  static constexpr const char* kKeys[] = {"a",    "id", "name", "b c",  "x:y",
                                          "it's", "",   "é",    "“k”",  "1",
                                          "a-b",  "[",  "},",   "null", "\\"};
  const auto below = [&](size_t n) { return random() % n; };
  nlohmann::ordered_json value;
  switch (below(depth > 0 ? 9 : 6)) {
    case 0:
      return static_cast<int64_t>(below(100000)) - 500;
    case 1:
      return static_cast<double>(below(1000)) / 64;
    case 2:
      return below(2) == 0;
    case 3:
      return nullptr;
    case 4:
    case 5:
      return kTexts[below(std::size(kTexts))];
    case 6:
      value = nlohmann::ordered_json::array();
      for (size_t n = below(5); n > 0; --n) {
        value.push_back(RandomJson(random, depth - 1));
      }
      return value;
    default:
      value = nlohmann::ordered_json::object();
      for (size_t n = below(5); n > 0; --n) {
        const char* key = kKeys[below(std::size(kKeys))];
        value[key] = RandomJson(random, depth - 1);
      }
      return value;
  }
}

// An object with a member, or a list of objects or texts: what a model would be
// asked for.
inline nlohmann::ordered_json RandomDocument(std::mt19937& random) {
  while (true) {
    auto document = RandomJson(random, 4);
    if (!document.is_structured() || document.empty()) continue;
    const auto& first = *document.begin();
    if (document.is_object() || first.is_structured() || first.is_string()) {
      return document;
    }
  }
}

}  // namespace recourse
