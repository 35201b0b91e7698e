#!/usr/bin/env python3
"""Surveys the built-in fixers over the files of this machine. Run by hand.

  survey_fixers.py valid [ROOT ...]          nothing may change in files that are right
  survey_fixers.py damage [--files N] [ROOT ...]   how often one damage is mended

Both build on build/release/tests/fix_lines. ROOT defaults to Debian's Python
library. Exits 1 when a file that is right was changed.
"""
import argparse
import ast
import json
import pathlib
import random
import re
import subprocess
import sys
import warnings

FILTER = "build/release/tests/fix_lines"
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

    def __init__(self):
        self.process = subprocess.Popen([FILTER], stdin=subprocess.PIPE,
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
    for root in roots:
        for path in sorted(pathlib.Path(root).rglob("*")):
            if path.suffix not in suffixes or not path.is_file():
                continue
            try:
                text = path.read_bytes().decode("utf-8")
            except (UnicodeDecodeError, OSError):
                continue
            if 0 < len(text.encode()) <= 1 << 20:
                yield path, text


def undefined(text):
    """An error that calls well-known names of the text undefined."""
    names = sorted(set(re.findall(r"\b(?:json|os|re|sys|time|datetime|Any|List|"
                                  r"Optional|Path|np|dataclass|partial|field)\b",
                                  text)))
    return "; ".join(f"NameError: name '{name}' is not defined"
                     for name in names)


def binds(text, name):
    """True when the program may define the name itself."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.alias) and node.name == "*":
            return True
    return bool(re.search(rf"\b{name}\b", text))


def survey_valid(roots):
    fixers = Fixers()
    tried = changed = 0
    for path, text in files(roots, set(PARSERS)):
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
    return changed


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


DAMAGES = {
    "colon dropped": (drop_colon, ["PYTHON_MISSING_COLON"]),
    "closing bracket dropped": (drop_closing_bracket,
                                ["PYTHON_BRACKETS", "PYTHON_MISSING_COLON"]),
    "closing bracket too many": (extra_closing_bracket, ["PYTHON_BRACKETS"]),
    "cut off in a call": (cut_tail, ["PYTHON_BRACKETS"]),
    "tabs in one line": (tab_line, ["PYTHON_TABS"]),
    "one line a space deeper": (indent_line, ["PYTHON_INDENTATION"]),
    "one line a space less deep": (dedent_line, ["PYTHON_INDENTATION"]),
    "all lines indented": (indent_all, ["PYTHON_INDENTATION"]),
    "typographic quotes": (smart_quotes, ["PYTHON_TYPOGRAPHY"]),
    "async dropped": (drop_async, ["PYTHON_ASYNC"]),
    "in prose and a fence": (fence, ["CODE_FENCE"]),
}


def survey_damage(roots, limit, show):
    fixers = Fixers()
    rng = random.Random(7)
    sources = []
    for path, text in files(roots, {".py"}):
        if len(text) < 100_000 and "\r" not in text and parses_python(text):
            sources.append((path, text))
    rng.shuffle(sources)
    print(f"damage: {len(sources)} files, {limit} of each kind")
    for name, (damage, chain) in DAMAGES.items():
        damaged = parsed = same = refused = 0
        for path, text in sources:
            if damaged >= limit:
                break
            lines = damage(text.split("\n"), rng)
            if lines is None:
                continue
            broken = "\n".join(lines)
            if parses_python(broken):
                continue
            damaged += 1
            fixed = broken
            for fixer in chain:
                fixed = fixers.apply(fixer, fixed) or fixed
            if fixed == broken:
                refused += 1
                if show == name:
                    print("REFUSED", path)
                continue
            if parses_python(fixed):
                parsed += 1
                try:
                    same += ast.dump(ast.parse(fixed)) == ast.dump(
                        ast.parse(text))
                except RecursionError:
                    pass
                if show == name and ast.dump(ast.parse(fixed)) != ast.dump(ast.parse(text)):
                    print("OTHER", path)
            elif show == name:
                print("WRONG", path)
        if damaged:
            wrong = damaged - parsed - refused
            print(f"  {name:28} {damaged:5} damaged: parses {parsed / damaged:6.1%},"
                  f" as before {same / damaged:6.1%}, left alone"
                  f" {refused / damaged:6.1%}, changed and broken"
                  f" {wrong / damaged:6.1%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["valid", "damage"])
    parser.add_argument("roots", nargs="*")
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--show", help="name the files of this damage that are not mended")
    arguments = parser.parse_args()
    roots = arguments.roots or ["/usr/lib/python3"]
    if arguments.what == "damage":
        survey_damage(roots, arguments.files, arguments.show)
        return 0
    return 1 if survey_valid(roots) else 0


if __name__ == "__main__":
    sys.exit(main())
