// Valid JSON, damaged as models damage it, mended, and compared with what it
// was.
#include <algorithm>
#include <cstdio>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/correct/cases.h"
#include "tests/correct/random_json.h"

namespace recourse {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kDocuments = 1000;

struct Damage {
  const char* name;
  std::string (*apply)(const Json& value, std::mt19937& random);
  Fixer fixer;
  bool same;    // The mended value is the one that was damaged.
  int percent;  // Of the damaged texts that parse again, at least.
};

// As Python's str() writes it.
std::string AsPython(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) {
    const std::string text = value.dump();
    const std::string inside = text.substr(1, text.size() - 2);
    return absl::StrCat(
        "'", absl::StrReplaceAll(inside, {{"'", "\\'"}, {"\\\"", "\""}}), "'");
  }
  if (!value.is_structured()) return value.dump();
  std::string out = value.is_object() ? "{" : "[";
  for (const auto& [key, member] : value.items()) {
    absl::StrAppend(&out, out.size() > 1 ? ", " : "",
                    value.is_object() ? AsPython(Json(key)) + ": " : "",
                    AsPython(member));
  }
  return out + (value.is_object() ? "}" : "]");
}

// `text` with one of the characters `at` outside its strings replaced; empty:
// it has none.
std::string AtOne(const std::string& text, char at, std::mt19937& random,
                  const char* replacement) {
  std::vector<size_t> places;
  bool inside = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (inside && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      inside = !inside;
    } else if (!inside && text[i] == at) {
      places.push_back(i);
    }
  }
  if (places.empty()) return "";
  const size_t place = places[random() % places.size()];
  return absl::StrCat(text.substr(0, place), replacement,
                      text.substr(place + 1));
}

const Damage kDamages[] = {
    {"in a fence and prose",
     [](const Json& value, std::mt19937& random) {
       return absl::StrCat("Here is the JSON you asked for:\n\n```json\n",
                           value.dump(random() % 2 == 0 ? 2 : -1),
                           "\n```\n\nTell me if it helps.");
     },
     Fixer::kJsonRepair, true, 98},
    {"behind prose",
     [](const Json& value, std::mt19937&) {
       return absl::StrCat("Sure, this is it: ", value.dump());
     },
     Fixer::kJsonRepair, true, 98},
    {"comma behind the last member",
     [](const Json& value, std::mt19937& random) {
       const bool list = random() % 2 == 0;
       return AtOne(value.dump(), list ? ']' : '}', random, list ? ",]" : ",}");
     },
     Fixer::kJsonRepair, true, 85},
    // Left alone: items of a list, which may be one, or one that is missing.
    {"comma missing",
     [](const Json& value, std::mt19937& random) {
       return AtOne(value.dump(2), ',', random, "");
     },
     Fixer::kJsonRepair, true, 70},
    {"comma doubled",
     [](const Json& value, std::mt19937& random) {
       return AtOne(value.dump(), ',', random, ",,");
     },
     Fixer::kJsonRepair, true, 70},
    {"as Python's str()",
     [](const Json& value, std::mt19937&) { return AsPython(value); },
     Fixer::kJsonRepair, true, 98},
    {"with a byte order mark",
     [](const Json& value, std::mt19937&) {
       return absl::StrCat("\xEF\xBB\xBF", value.dump());
     },
     Fixer::kJsonRepair, true, 98},
    {"with comments",
     [](const Json& value, std::mt19937& random) {
       return AtOne(value.dump(2), ',', random, ",  // the first: {\n");
     },
     Fixer::kJsonRepair, true, 98},
    // Left alone: what has no whole value.
    {"cut off",
     [](const Json& value, std::mt19937& random) {
       const std::string text = value.dump();
       std::string cut = text.substr(0, 1 + random() % (text.size() - 1));
       // Not within a character.
       while (!cut.empty() && (cut.back() & 0x80) != 0) cut.pop_back();
       return cut;
     },
     Fixer::kJsonComplete, false, 54},
};

TEST(JsonDamageTest, WhatIsMendedParsesAndIsAsBefore) {
  for (const Damage& damage : kDamages) {
    std::mt19937 random(5);
    int tried = 0, parse = 0, same = 0, other = 0;
    for (int i = 0; i < kDocuments; ++i) {
      const Json value = RandomDocument(random);
      const std::string broken = damage.apply(value, random);
      // nlohmann takes a byte order mark; most readers do not.
      const bool marked = broken.rfind("\xEF\xBB\xBF", 0) == 0;
      if (broken.empty() || (Json::accept(broken) && !marked)) continue;
      ++tried;
      const std::string mended = AfterFixer(damage.fixer, broken);
      ASSERT_EQ(AfterFixer(damage.fixer, mended), mended) << broken;
      if (mended == broken) continue;
      // Whatever is changed is JSON then.
      ASSERT_TRUE(Json::accept(mended)) << broken << "\n" << mended;
      ++parse;
      const bool equal = Json::parse(mended) == value;
      same += equal ? 1 : 0;
      other += equal ? 0 : 1;
      if (damage.same && !equal && other <= 3) {
        std::printf("  of %s\n  made %s\n", broken.c_str(), mended.c_str());
      }
    }
    std::printf("  %-30s %4d of %4d parse again, %4d as before\n", damage.name,
                parse, tried, same);
    EXPECT_GT(tried, kDocuments / 3) << damage.name;
    EXPECT_GE(parse * 100, tried * damage.percent) << damage.name;
    EXPECT_TRUE(!damage.same || other == 0) << damage.name;
  }
}

}  // namespace
}  // namespace recourse
