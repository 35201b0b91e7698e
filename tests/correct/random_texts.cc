#include "tests/correct/random_texts.h"

#include "absl/strings/str_cat.h"

namespace recourse {

std::string RandomPython::Program() {
  static constexpr const char* kUnits[] = {"  ", "    ", "\t", "        "};
  out_.clear();
  indent_.clear();
  unit_ = Any(kUnits);
  line_end_ = Below(4) == 0 ? "\r\n" : "\n";
  in_async_ = in_function_ = in_loop_ = false;
  if (Below(3) == 0) Line("#!/usr/bin/env python3");
  if (Below(2) == 0) Line("\"\"\"Doc: if x\n    (unbalanced [\n\tdef f(\"\"\"");
  for (size_t n = 1 + Below(6); n > 0; --n) Statement(2);
  return out_;
}

void RandomPython::Line(const std::string& text) {
  absl::StrAppend(&out_, indent_, text);
  if (Below(6) == 0) out_ += "  # if x: ( [ { ' \" await def f(";
  out_ += line_end_;
  if (Below(8) == 0) out_ += line_end_;
  if (Below(12) == 0) absl::StrAppend(&out_, "      # off: (", line_end_);
}

void RandomPython::Block(int depth) {
  const std::string outer = indent_;
  indent_ += unit_;
  for (size_t n = 1 + Below(3); n > 0; --n) Statement(depth - 1);
  indent_ = outer;
}

void RandomPython::Statement(int depth) {
  if (depth <= 0 || Below(3) == 0) return Line(Simple());
  switch (Below(4)) {
    case 0:
      return Function(depth);
    case 1:
      return Match(depth);
    default:
      return Compound(depth);
  }
}

void RandomPython::Compound(int depth) {
  const bool loop = in_loop_;
  const bool function = in_function_;
  switch (Below(6)) {
    case 0:
      Line(absl::StrCat("if ", Expression(2), ":"));
      Block(depth);
      if (Below(2) == 0) {
        Line(absl::StrCat("elif ", Expression(1), ":"));
        Block(depth);
      }
      if (Below(2) == 0) {
        Line("else:");
        Block(depth);
      }
      break;
    case 1:
      in_loop_ = true;
      Line(absl::StrCat("for i, (j, *k) in ", Expression(1), ":"));
      Block(depth);
      break;
    case 2:
      in_loop_ = true;
      Line(absl::StrCat("while ", Expression(1), ": ", Simple()));
      break;
    case 3:
      Line("try:");
      Block(depth);
      if (Below(2) == 0) {
        Line("except (OSError, ValueError) as e:");
        Block(depth);
        if (Below(2) == 0) Line("else: pass");
      }
      Line("finally:");
      Block(depth);
      break;
    case 4:
      Line(absl::StrCat("with (open(", String(), ") as f, x as g):"));
      Block(depth);
      break;
    default:
      if (in_async_) {
        Line(absl::StrCat("async with ", Expression(1), " as f:"));
      } else {
        Line("class A(B, metaclass=C):");
        in_function_ = in_loop_ = false;
      }
      Block(depth);
  }
  in_loop_ = loop;
  in_function_ = function;
}

void RandomPython::Function(int depth) {
  const bool async = in_async_;
  const bool loop = in_loop_;
  const bool function = in_function_;
  in_async_ = Below(2) == 0;
  in_loop_ = false;
  in_function_ = true;
  if (Below(3) == 0) Line("@decorated(lambda x: x, y={1: 2})");
  Line(absl::StrCat(in_async_ ? "async " : "", "def f(a: int = 1, *b,", Break(),
                    " c: 'x: y' = {1: 2}[1], **d)",
                    Below(2) == 0 ? " -> dict[str, int]" : "", ":"));
  if (Below(2) == 0) {
    Line("    ");
    Line(absl::StrCat(unit_, "'''Doc (\n  [ if x\n'''"));
  }
  Block(depth);
  in_async_ = async;
  in_loop_ = loop;
  in_function_ = function;
}

void RandomPython::Match(int depth) {
  Line(absl::StrCat("match ", Expression(1), ":"));
  const std::string outer = indent_;
  indent_ += unit_;
  static constexpr const char* kCases[] = {"case [1, *_] if x:",
                                           "case {'a': 1, **rest}:",
                                           "case Point(x=0) as p:",
                                           "case 'a' | \"b:\":",
                                           "case -1:",
                                           "case (match, case):"};
  for (size_t n = 1 + Below(3); n > 0; --n) {
    Line(Any(kCases));
    Block(depth);
  }
  indent_ = outer;
}

std::string RandomPython::Simple() {
  static constexpr const char* kSimple[] = {"pass",
                                            "x: int = 3",
                                            "match = case = type = 1",
                                            "match[1:2]",
                                            "print(x, file=y)",
                                            "a.b[c:d, ::2] += 1",
                                            "del x[0], y",
                                            "assert x, 'why: ('",
                                            "x = y = z",
                                            "lambda: (yield)",
                                            "x = 1; y = 2",
                                            "f = lambda x, y=lambda: 1: {x: y}",
                                            "import json, os.path as p",
                                            "from a.b import (c,\n    d as e)",
                                            "global_x = not x",
                                            "x = 1if y else 2",
                                            "x = 0x1F + 1_000 - .5e-3j",
                                            "x = y if z else \\\n  w",
                                            "raise X('a') from None",
                                            "x @= y ** -z // w",
                                            "(x := 1)"};
  const size_t kind = Below(8);
  if (kind == 0 && in_function_) {
    return absl::StrCat("return ", Expression(2));
  }
  if (kind == 1 && in_async_) return absl::StrCat("await ", Expression(1));
  if (kind == 2 && in_loop_) return Below(2) == 0 ? "break" : "continue";
  if (kind < 5) return absl::StrCat("x = ", Expression(2));
  return Any(kSimple);
}

std::string RandomPython::Break() {
  static constexpr const char* kBreaks[] = {"", "", "\n", "\n  ",
                                            "  # c (\n\t  "};
  return Any(kBreaks);
}

std::string RandomPython::Expression(int depth) {
  static constexpr const char* kAtoms[] = {
      "x",  "y.z",  "None", "1.5",  "...",    "[]",        "{}",      "()",
      "-1", "True", "a_b",  "x[:]", "x[1:2]", "b'\\x00{'", "x['a':]", "g(*x)"};
  if (depth <= 0) return Below(3) == 0 ? String() : Any(kAtoms);
  const auto sub = [&] { return Expression(depth - 1); };
  switch (Below(10)) {
    case 0:
      return absl::StrCat("g(", Break(), sub(), ",", Break(), " a=", sub(),
                          Break(), ")");
    case 1:
      return absl::StrCat("[", Break(), sub(), ",", Break(), sub(), ",",
                          Break(), "]");
    case 2:
      return absl::StrCat("{", Break(), "'a': ", sub(), ",", Break(),
                          " **x,\n'b': lambda k: k}");
    case 3:
      return absl::StrCat("(", sub(), Break(), " if ", sub(), Break(), " else ",
                          sub(), ")");
    case 4:
      return absl::StrCat("[", sub(), Break(), " for i in ", sub(), Break(),
                          " if not i in x]");
    case 5:
      return absl::StrCat("(", sub(), " and", Break(), " not ", sub(), ")");
    case 6:
      return absl::StrCat("(lambda v, *w: ", sub(), ")");
    case 7:
      return absl::StrCat("x.y(", sub(), ")[", sub(), ":", sub(), "]");
    case 8:
      return absl::StrCat("(", String(), Break(), " ", String(), ")");
    default:
      return absl::StrCat("(", sub(), " + ", sub(), ")");
  }
}

std::string RandomPython::String() {
  static constexpr const char* kStrings[] = {
      "'a'",
      "\"it's (\"",
      "'say \"hi\" ['",
      "r'\\d+\\'",
      "'\\''",
      "'\\\\'",
      "\"\"\"a\n  if x\n\t) ] }\n\"\"\"",
      "'''it''s \"\"\" \\''' ''' ",
      "f'{x}'",
      "f\"{x!r:>{w}} {{ }} {y['a']}\"",
      "f'''{x:%H:%M} {\n  f(a, \"}\") } '''",
      "rf'\\{x}\\d{{2}}'",
      "f'{x=} {\"b\"!s}'",
      "'\u201csmart\u201d \u2019 \u2013 \u00a0'",
      "'a\\\nb'",
      "''",
      "\"\"",
      "'#no comment'",
      "u'\\N{EM DASH} {'",
      "f'\\N{EM DASH} {x}'"};
  const std::string text = Any(kStrings);
  // A raw string cannot end in a backslash.
  return text == "r'\\d+\\'" ? "r'\\d+\\ '" : text;
}

std::string RandomYaml::Document() {
  out_.clear();
  unit_ = 1 + Below(4);
  if (Below(3) == 0) out_ += "%YAML 1.2\n---\n";
  if (Below(3) == 0) out_ += "# about\tthis: [\n";
  if (Below(2) == 0) {
    Map(3, 0);
  } else {
    List(3, 0);
  }
  if (Below(5) == 0) out_ += "...\n";
  return out_;
}

void RandomYaml::Map(int depth, size_t indent) {
  static constexpr const char* kKeys[] = {"a",         "b c", "'k: 1'",
                                          "\"q\\\"\"", "d-e", "1"};
  const size_t count = 1 + Below(4);
  for (size_t i = 0; i < count; ++i) {
    absl::StrAppend(&out_, std::string(indent, ' '), kKeys[(i + 1) % 6], ":");
    Value(depth, indent);
  }
}

void RandomYaml::List(int depth, size_t indent) {
  for (size_t n = 1 + Below(3); n > 0; --n) {
    absl::StrAppend(&out_, std::string(indent, ' '), "-");
    if (depth > 0 && Below(3) == 0) {
      out_ += " x: 1\n";
      absl::StrAppend(&out_, std::string(indent + 2, ' '), "y:");
      Value(depth - 1, indent + 2);
    } else {
      Value(depth, indent);
    }
  }
}

// Behind a colon or dash, with the line's end.
void RandomYaml::Value(int depth, size_t indent) {
  const std::string deeper(indent + unit_, ' ');
  switch (depth > 0 ? Below(7) : 2 + Below(5)) {
    case 0:
      out_ += "\n";
      return Map(depth - 1, indent + unit_);
    case 1:
      out_ += "\n";
      return List(depth - 1, indent + unit_);
    case 2:
      absl::StrAppend(&out_, " |\n", deeper, "key: [\n", deeper, "\tif x:\n\n",
                      deeper, "  - {\n");
      return;
    case 3:
      absl::StrAppend(&out_, " >-  # c\n", deeper, "it's\ttext\n");
      return;
    case 4:
      absl::StrAppend(&out_, " \"a\n\t", deeper, "b: \\\"c\\\"\"\n");
      return;
    default:
      absl::StrAppend(&out_, " ", Scalar(), Below(4) == 0 ? " # d: {" : "",
                      "\n");
  }
}

std::string RandomYaml::Scalar() {
  static constexpr const char* kScalars[] = {
      "1",          "text",      "it's",       "a b: c?d",
      "'x: [\t'",   "[1, 'a]']", "{a: \"}\"}", "~",
      "http://x#y", "a - b",     "\"\\t\"",    "[\n      1,\n      2]"};
  const std::string text = kScalars[Below(12)];
  return text == "a b: c?d" ? "a b:c?d" : text;
}

}  // namespace recourse
