// What one edit of a state does. The server and the client both apply edits, by
// code of their own, and must agree on every row.
#pragma once

#include <string>
#include <vector>

namespace recourse {

struct StateEditCase {
  enum Operation { kSet, kCap, kTruncate, kRemove };

  std::string name;
  std::string before;  // The state, as JSON.
  std::string path;
  Operation operation;
  std::string argument;    // As JSON; empty with kRemove.
  std::string after = "";  // The state, as JSON; empty: unchanged.
};

// "a.a.a", of so many parts.
inline std::string DeepPath(int parts) {
  std::string path = "a";
  for (int i = 1; i < parts; ++i) path += ".a";
  return path;
}

// {"a": {"a": {}}}: so many objects inside one another.
inline std::string DeepState(int objects, const std::string& innermost) {
  std::string state = innermost;
  for (int i = 0; i < objects; ++i) state = "{\"a\": " + state + "}";
  return state;
}

inline std::vector<StateEditCase> SetCases() {
  using Case = StateEditCase;
  return {
      {"new field", "{}", "a", Case::kSet, "7", R"({"a": 7})"},
      {"other type", R"({"a": "x"})", "a", Case::kSet, "7", R"({"a": 7})"},
      {"over null", R"({"a": null})", "a", Case::kSet, "7", R"({"a": 7})"},
      {"same value", R"({"a": 7})", "a", Case::kSet, "7"},
      {"makes objects", "{}", "a.b.c", Case::kSet, "7",
       R"({"a": {"b": {"c": 7}}})"},
      {"beside others", R"({"a": {"x": 1}})", "a.b", Case::kSet, "7",
       R"({"a": {"x": 1, "b": 7}})"},
      {"list item", R"({"a": [1, 2]})", "a.1", Case::kSet, "7",
       R"({"a": [1, 7]})"},
      {"in a list item", R"({"a": [{}]})", "a.0.b.c", Case::kSet, "7",
       R"({"a": [{"b": {"c": 7}}]})"},
      {"never a new list item", R"({"a": [1]})", "a.1", Case::kSet, "7"},
      {"leading zero", R"({"a": [1, 2]})", "a.01", Case::kSet, "7"},
      {"signed index", R"({"a": [1, 2]})", "a.+1", Case::kSet, "7"},
      {"blank in an index", R"({"a": [1, 2]})", "a. 1", Case::kSet, "7"},
      {"nothing below a number", R"({"a": 1})", "a.b", Case::kSet, "7"},
      {"nothing below text", R"({"a": "x"})", "a.b", Case::kSet, "7"},
      {"nothing below null", R"({"a": null})", "a.b", Case::kSet, "7"},
      {"numbers are names too", "{}", "a.0", Case::kSet, "7",
       R"({"a": {"0": 7}})"},
      {"escaped dot", R"({"a.b": 1})", R"(a\.b)", Case::kSet, "7",
       R"({"a.b": 7})"},
      {"empty path", R"({"a": 1})", "", Case::kSet, "7"},
      {"empty part", "{}", "a..b", Case::kSet, "7"},
      {"empty last part", "{}", "a.", Case::kSet, "7"},
      {"dangling backslash", "{}", R"(a\)", Case::kSet, "7"},
      {"path too long", "{}", std::string(513, 'x'), Case::kSet, "7"},
      {"deepest path", "{}", DeepPath(30), Case::kSet, "7", DeepState(30, "7")},
      {"path too deep", "{}", DeepPath(31), Case::kSet, "7"},
      {"deepest value", "{}", DeepPath(28), Case::kSet, "[[]]",
       DeepState(28, "[[]]")},
      {"value too deep", "{}", DeepPath(29), Case::kSet, "[[]]"},
  };
}

inline std::vector<StateEditCase> CapCases() {
  using Case = StateEditCase;
  return {
      {"larger", R"({"a": 10})", "a", Case::kCap, "4.5", R"({"a": 4.5})"},
      {"equal", R"({"a": 4})", "a", Case::kCap, "4"},
      {"smaller", R"({"a": -4})", "a", Case::kCap, "4"},
      {"text", R"({"a": "10"})", "a", Case::kCap, "4"},
      {"missing", "{}", "a.b", Case::kCap, "4"},
      {"in a list", R"({"a": [[9]]})", "a.0.0", Case::kCap, "4",
       R"({"a": [[4]]})"},
      {"leading zero", R"({"a": [9]})", "a.00", Case::kCap, "4"},
  };
}

inline std::vector<StateEditCase> TruncateCases() {
  using Case = StateEditCase;
  return {
      {"text", R"({"a": "hello"})", "a", Case::kTruncate, "3",
       R"({"a": "hel"})"},
      {"to nothing", R"({"a": "hello"})", "a", Case::kTruncate, "0",
       R"({"a": ""})"},
      {"just fits", R"({"a": "hello"})", "a", Case::kTruncate, "5"},
      {"code points, not bytes", R"({"a": "äöü€😀x"})", "a", Case::kTruncate,
       "5", R"({"a": "äöü€😀"})"},
      {"code points that fit", R"({"a": "äöü"})", "a", Case::kTruncate, "3"},
      {"list", R"({"a": [1, 2, 3]})", "a", Case::kTruncate, "2",
       R"({"a": [1, 2]})"},
      {"list that fits", R"({"a": [1]})", "a", Case::kTruncate, "4000000000"},
      {"number", R"({"a": 123})", "a", Case::kTruncate, "1"},
      {"object", R"({"a": {"b": 1}})", "a", Case::kTruncate, "0"},
      {"missing", "{}", "a", Case::kTruncate, "1"},
  };
}

inline std::vector<StateEditCase> RemoveCases() {
  using Case = StateEditCase;
  return {
      {"field", R"({"a": 1, "b": 2})", "a", Case::kRemove, "", R"({"b": 2})"},
      {"inner field", R"({"a": {"b": 1}})", "a.b", Case::kRemove, "",
       R"({"a": {}})"},
      {"list item", R"({"a": [1, 2, 3]})", "a.1", Case::kRemove, "",
       R"({"a": [1, 3]})"},
      {"past the list", R"({"a": [1]})", "a.1", Case::kRemove, ""},
      {"leading zero", R"({"a": [1]})", "a.00", Case::kRemove, ""},
      {"missing", R"({"a": 1})", "b", Case::kRemove, ""},
      {"missing parent", R"({"a": 1})", "b.c", Case::kRemove, ""},
      {"below a number", R"({"a": 1})", "a.b", Case::kRemove, ""},
  };
}

inline std::vector<StateEditCase> StateEditCases() {
  std::vector<StateEditCase> all;
  for (const auto& cases :
       {SetCases(), CapCases(), TruncateCases(), RemoveCases()}) {
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

}  // namespace recourse
