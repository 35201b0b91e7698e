#!/usr/bin/env python3
"""Fails on an include that goes against the direction of the pipeline.

The link lines say the same to the linker; headers alone could still cheat.
Prints one line per offence and exits 1 if there is any.
"""
import pathlib
import re
import sys

# Folder -> the folders of server/ it may include, beside itself.
STAGES = {"match", "plan", "strategy", "guard", "record"}
ALLOWED = {
    "model": set(),
    "store": set(),
    "match": {"model"},
    "plan": {"model"},
    "correct": {"model"},
    "strategy": {"model", "correct"},
    "guard": {"model"},
    "record": {"model"},
    "wire": {"model", "strategy", "guard", "record"},
    "catalog": {"model", "store", "match", "wire"},
    "targets": {"model", "store", "guard", "wire"},
    "incident": {"model", "store", "wire"},
    "rpc": {"model", "store", "match", "plan", "strategy", "guard", "record", "wire",
            "catalog", "targets", "incident", "."},
    ".": {"model", "store", "match", "plan", "strategy", "guard", "record", "wire",
          "catalog", "targets", "incident", "rpc"},
}
# The pure core: no gRPC, no server of any kind.
PURE = STAGES | {"model", "correct"}
INCLUDE = re.compile(r'^\s*#include\s+["<]([^">]+)[">]')


def folder_of(path):
    parts = path.split("/")
    return parts[1] if len(parts) > 2 else "."


def offences(root):
    for file in sorted((root / "server").rglob("*")):
        if file.suffix not in (".h", ".cc"):
            continue
        name = file.relative_to(root).as_posix()
        folder = folder_of(name)
        for number, line in enumerate(file.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            target = match.group(1)
            where = f"{name}:{number}"
            if folder in PURE and target.startswith("grpc"):
                yield f"{where}: {folder}/ is pure and includes {target}"
            if target.startswith("client/"):
                yield f"{where}: server/ includes {target}"
            if not target.startswith("server/"):
                continue
            into = folder_of(target)
            if into != folder and into not in ALLOWED[folder]:
                yield f"{where}: {folder}/ may not include {into}/ ({target})"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found = list(offences(root))
    print("\n".join(found) if found else "includes: no back edge")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
