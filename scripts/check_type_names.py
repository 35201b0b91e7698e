#!/usr/bin/env python3
"""Fails when two headers of server/ and client/ define types of one name.

All of it is namespace recourse: a program that links both would get the wrong
one's functions from the linker, silently.
Prints one line per offence and exits 1 if there is any.
"""
import collections
import pathlib
import re
import sys

# At the margin, hence neither within another type nor a mere declaration.
DEFINITION = re.compile(r"^(?:class|struct|enum class) (\w+)\b(?!::)[^;]*$", re.MULTILINE)


def definitions(root):
    headers = collections.defaultdict(set)
    for folder in ("server", "client"):
        for header in (root / folder).rglob("*.h"):
            if "node_modules" in header.parts:
                continue
            for name in DEFINITION.findall(header.read_text()):
                headers[name].add(header.relative_to(root).as_posix())
    return headers


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found = [f"{name} is defined in {' and in '.join(sorted(headers))}"
             for name, headers in sorted(definitions(root).items())
             if len(headers) > 1]
    print("\n".join(found) if found else "type names: none twice")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
