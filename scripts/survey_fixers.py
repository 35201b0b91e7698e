#!/usr/bin/env python3
"""Surveys the built-in fixers over Python's own library and random programs.

  survey_fixers.py valid [ROOT ...]     nothing may change in files that are right
  survey_fixers.py programs             the random programs of the tests are valid Python
  survey_fixers.py damage [ROOT ...]    how often one damage is mended, against a floor

A part of ctest, on a sample of --files; 0 takes all. ROOT defaults to Python's
library. Exits 1 when a file that is right was changed, a program is not valid or
a floor is not reached.
"""
import argparse
import ast
import json
import pathlib
import random
import re
import subprocess
import sys
import sysconfig
import warnings

PYTHON = ["PYTHON_TYPOGRAPHY", "PYTHON_BRACKETS", "PYTHON_MISSING_COLON",
          "PYTHON_TABS", "PYTHON_INDENTATION", "PYTHON_ASYNC"]
# What the error says, so that fixers that need to be told act if they can.
ERRORS = {
    "PYTHON_AWAIT": ["TypeError: 'coroutine' object is not iterable"],
    "YAML_TABS": ["", "found character '\\t' that cannot start any token"],
    "SMART_QUOTES": ["invalid character '\u201c' (U+201C)"],
}
ANY = PYTHON + ["PYTHON_AWAIT", "PYTHON_IMPORTS", "JSON_REPAIR",
                "JSON_COMPLETE", "YAML_TABS", "CODE_FENCE"]
COMPOUND = re.compile(r"(?:async )?(?:if|for|while|def|class|with|try|else|"
                      r"elif|except|finally|match|case)\b")


class Fixers:
    """The filter, kept running."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def apply(self, fixer, text, error=""):
        request = {"fixer": fixer, "text": text, "error": error}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())["fixed"]


def parses_python(text):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "x.py", "exec", dont_inherit=True)
        return True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


def parses_json(text):
    try:
        json.loads(text)
        return True
    except ValueError:
        return False


def parses_yaml(text):
    import yaml
    try:
        list(yaml.compose_all(text, Loader=yaml.SafeLoader))
        return True
    except (yaml.YAMLError, ValueError):
        return False


PARSERS = {".py": parses_python, ".json": parses_json, ".yaml": parses_yaml,
           ".yml": parses_yaml}


def files(roots, suffixes):
    """The texts below the roots, in an order that is random and always the same."""
    paths = [path for root in roots for path in sorted(pathlib.Path(root).rglob("*"))
             if path.suffix in suffixes and "site-packages" not in path.parts]
    random.Random(7).shuffle(paths)
    for path in paths:
        try:
            text = path.read_bytes().decode("utf-8")
        except (UnicodeDecodeError, OSError):
            continue
        if 0 < len(text.encode()) <= 1 << 20:
            yield path, text


def survey_valid(fixers, roots, limit):
    tried = changed = 0
    for path, text in files(roots, set(PARSERS)):
        if limit and tried >= limit:
            break
        if not PARSERS[path.suffix](text):
            continue
        tried += 1
        for fixer in ANY:
            if fixer == "PYTHON_IMPORTS":
                continue
            for error in ERRORS.get(fixer, [""]):
                # With that error YAML's own rule is not the one that counts.
                if fixer == "YAML_TABS" and error and path.suffix != ".yaml":
                    continue
                if fixer == "PYTHON_AWAIT" and path.suffix != ".py":
                    continue
                if fixer.startswith("JSON") and path.suffix in (".yaml", ".yml"):
                    continue
                fixed = fixers.apply(fixer, text, error)
                if fixed is not None:
                    changed += 1
                    print(f"CHANGED {path} by {fixer} {error}")
    print(f"valid: {tried} files tried, {changed} changed")
    return tried == 0 or changed > 0


def survey_programs(program, limit):
    """Random programs are small: twenty of them for each file."""
    texts = json.loads(subprocess.run([program, str(20 * limit)], check=True,
                                      stdout=subprocess.PIPE).stdout)
    wrong = [text for text in texts if not parses_python(text)]
    print(f"programs: {len(texts)}, {len(wrong)} not valid")
    for text in wrong[:3]:
        print("---", text, sep="\n")
    return not texts or bool(wrong)


def logical_headers(lines):
    return [i for i, line in enumerate(lines)
            if COMPOUND.match(line.lstrip()) and line.rstrip().endswith(":")]


def drop_colon(lines, rng):
    headers = logical_headers(lines)
    if not headers:
        return None
    i = rng.choice(headers)
    lines[i] = lines[i].rstrip()[:-1]
    return lines


def drop_closing_bracket(lines, rng):
    spots = [i for i, line in enumerate(lines)
             if re.search(r"[)\]}]:?$", line) and "#" not in line
             and not re.match(r"\s*[)\]}]", line)]
    if not spots:
        return None
    i = rng.choice(spots)
    lines[i] = re.sub(r"[)\]}](:?)$", r"\1", lines[i])
    return lines


def extra_closing_bracket(lines, rng):
    spots = [i for i, line in enumerate(lines)
             if line.endswith(")") and "#" not in line]
    if not spots:
        return None
    i = rng.choice(spots)
    lines[i] += ")"
    return lines


def cut_tail(lines, rng):
    text = "\n".join(lines)
    spots = [m.end() for m in re.finditer(r"\(\w+", text)]
    if not spots:
        return None
    return text[:rng.choice(spots)].split("\n")


def tab_line(lines, rng):
    spots = [i for i, line in enumerate(lines)
             if re.match(r"(?:    )+\S", line) and i > 0
             and re.match(r"(?:    )+\S", lines[i - 1])]
    if not spots:
        return None
    i = rng.choice(spots)
    body = lines[i].lstrip(" ")
    lines[i] = "\t" * ((len(lines[i]) - len(body)) // 4) + body
    return lines


def indent_line(lines, rng):
    spots = [i for i, line in enumerate(lines) if line.strip()]
    if not spots:
        return None
    i = rng.choice(spots)
    lines[i] = " " + lines[i]
    return lines


def dedent_line(lines, rng):
    spots = [i for i, line in enumerate(lines) if line.startswith("    ")
             and line.strip()]
    if not spots:
        return None
    i = rng.choice(spots)
    lines[i] = lines[i][1:]
    return lines


def indent_all(lines, rng):
    return [("    " + line) if line.strip() else line for line in lines]


def smart_quotes(lines, rng):
    spots = [i for i, line in enumerate(lines)
             if re.search(r"\(\"[^\"'\\{]+\"\)", line)]
    if not spots:
        return None
    i = rng.choice(spots)
    lines[i] = re.sub(r"\(\"([^\"'\\{]+)\"\)", "(\u201c\\1\u201d)", lines[i])
    return lines


def drop_async(lines, rng):
    spots = [i for i, line in enumerate(lines)
             if line.lstrip().startswith("async def ")]
    if not spots:
        return None
    i = rng.choice(spots)
    lines[i] = lines[i].replace("async def ", "def ", 1)
    return lines


def fence(lines, rng):
    return ["Here is the corrected file:", "", "```python"] + lines + ["```"]


# How to damage, what mends it, and the floor: percent that must parse again.
DAMAGES = {
    "colon dropped": (drop_colon, ["PYTHON_MISSING_COLON"], 95),
    "closing bracket dropped": (drop_closing_bracket,
                                ["PYTHON_BRACKETS", "PYTHON_MISSING_COLON"], 90),
    "closing bracket too many": (extra_closing_bracket, ["PYTHON_BRACKETS"], 90),
    "cut off in a call": (cut_tail, ["PYTHON_BRACKETS"], 30),
    "tabs in one line": (tab_line, ["PYTHON_TABS"], 95),
    "one line a space deeper": (indent_line, ["PYTHON_INDENTATION"], 95),
    "one line a space less deep": (dedent_line, ["PYTHON_INDENTATION"], 95),
    "all lines indented": (indent_all, ["PYTHON_INDENTATION"], 95),
    "typographic quotes": (smart_quotes, ["PYTHON_TYPOGRAPHY"], 95),
    "async dropped": (drop_async, ["PYTHON_ASYNC"], 90),
    "in prose and a fence": (fence, ["CODE_FENCE"], 95),
}
# Percent that may be changed and still not parse.
CEILING = 3


def mend(fixers, chain, text):
    for fixer in chain:
        text = fixers.apply(fixer, text) or text
    return text


def same_program(one, other):
    try:
        return ast.dump(ast.parse(one)) == ast.dump(ast.parse(other))
    except RecursionError:
        return False


def survey_one_damage(fixers, name, sources, limit, show):
    """False when the floor is not reached."""
    damage, chain, floor = DAMAGES[name]
    damaged = parsed = same = refused = 0
    for path, text in sources:
        if limit and damaged >= limit:
            break
        # Of its name alone: other files, which machines differ in, change nothing.
        rng = random.Random(pathlib.Path(path).name)
        lines = damage(text.split("\n"), rng)
        broken = "\n".join(lines) if lines else text
        if parses_python(broken):
            continue
        damaged += 1
        mended = mend(fixers, chain, broken)
        verdict = None
        if mended == broken:
            refused += 1
            verdict = "LEFT"
        elif not parses_python(mended):
            verdict = "WRONG"
        else:
            parsed += 1
            if same_program(mended, text):
                same += 1
            else:
                verdict = "OTHER"
        if show == name and verdict:
            print(verdict, path)
    if not damaged:
        print(f"  {name:28} nothing to damage")
        return True
    wrong = damaged - parsed - refused
    percent = [100 * n / damaged for n in (parsed, same, refused, wrong)]
    print(f"  {name:28} {damaged:5} damaged: parses {percent[0]:.0f} %, as before"
          f" {percent[1]:.0f} %, left alone {percent[2]:.0f} %, changed and broken"
          f" {percent[3]:.0f} %; floor {floor} %")
    # Of a small sample one alone may be above the ceiling.
    return percent[0] >= floor and wrong <= max(1, CEILING * damaged / 100)


def survey_damage(fixers, roots, limit, show):
    sources = []
    for path, text in files(roots, {".py"}):
        if limit and len(sources) >= limit:
            break
        if len(text) < 50_000 and "\r" not in text and parses_python(text):
            sources.append((path, text))
    # A third of them each, so that those without a place for it do no harm.
    print(f"damage: {len(sources)} files")
    results = [survey_one_damage(fixers, name, sources, limit // 3, show)
               for name in DAMAGES]
    return not sources or not all(results)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["valid", "programs", "damage"])
    parser.add_argument("roots", nargs="*")
    parser.add_argument("--files", type=int, default=150, help="how many; 0 is all")
    parser.add_argument("--filter", default="build/release/tests/fix_lines")
    parser.add_argument("--programs", default="build/release/tests/random_programs")
    parser.add_argument("--show", help="name the files of this damage that are not mended")
    arguments = parser.parse_args()
    if arguments.what == "programs":
        return int(survey_programs(arguments.programs, arguments.files or 1000))
    fixers = Fixers(arguments.filter)
    roots = arguments.roots or [sysconfig.get_path("stdlib")]
    if arguments.what == "damage":
        return int(survey_damage(fixers, roots, arguments.files, arguments.show))
    return int(survey_valid(fixers, roots, arguments.files))


if __name__ == "__main__":
    sys.exit(main())
