// Random programs and documents that are right, and mislead whoever looks at
// them with less than a grammar.
#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace recourse {

// Valid Python 3.11; the same seed gives the same program.
class RandomPython {
 public:
  explicit RandomPython(unsigned seed) : random_(seed) {}
  std::string Program();

 private:
  size_t Below(size_t n) { return random_() % n; }
  template <size_t N>
  std::string Any(const char* const (&texts)[N]) {
    return texts[Below(N)];
  }
  void Line(const std::string& text);
  void Block(int depth);
  void Statement(int depth);
  void Compound(int depth);
  void Function(int depth);
  void Match(int depth);
  std::string Simple();
  std::string Expression(int depth);
  std::string String();
  std::string Break();  // A line end that brackets allow, or nothing.

  std::mt19937 random_;
  std::string out_;
  std::string indent_;
  std::string unit_;
  std::string line_end_;
  bool in_async_ = false;
  bool in_function_ = false;
  bool in_loop_ = false;
};

// Valid YAML of maps, lists, block scalars and quoted text.
class RandomYaml {
 public:
  explicit RandomYaml(unsigned seed) : random_(seed) {}
  std::string Document();

 private:
  size_t Below(size_t n) { return random_() % n; }
  void Map(int depth, size_t indent);
  void List(int depth, size_t indent);
  void Value(int depth, size_t indent);
  std::string Scalar();

  std::mt19937 random_;
  std::string out_;
  size_t unit_ = 2;
};

// Snippets of valid Python that are hard to read without its grammar.
const std::vector<std::string>& TrickyPython();
// Likewise JSON.
const std::vector<std::string>& TrickyJson();
// Likewise YAML.
const std::vector<std::string>& TrickyYaml();
// Texts of other kinds: prose, Markdown, shell, SQL, C, CSV.
const std::vector<std::string>& OtherTexts();

}  // namespace recourse
