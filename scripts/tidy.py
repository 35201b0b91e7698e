#!/usr/bin/env python3
"""Runs clang-tidy, and with it clang's warnings, over our own sources; exits 1 on
any finding.

    scripts/tidy.py BUILD [FILE...]     FILE: only these, e.g. server/rpc/status.cc

BUILD is a folder that CMake configured with clang++ and without precompiled
headers, and in which the protos are generated (target recourse_proto_sources);
nothing else needs to be compiled.

Most of the time would go into the headers of gRPC, Protobuf and Abseil, so the
sources of a folder are read together, as one text: a sixth of the time. Where two
of them cannot be (a name that both keep to themselves), they are read apart.
"""
import concurrent.futures
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAX_LINES = 2000  # Of one batch: enough to share the headers, not to wait for one.
PLACE = re.compile(r"^(\S+?\.tidy\.cc):(\d+)", re.MULTILINE)


def own_sources(build):
    """Yields (source relative to the root, its compiler's arguments)."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        source = pathlib.Path(entry["file"])
        if not source.is_relative_to(ROOT) or source.is_relative_to(build):
            continue
        name = source.relative_to(ROOT)
        if name.parts[0] in ("server", "client", "demo"):
            command = entry["command"].replace(entry["file"], "SOURCE")
            yield name, re.sub(r" -o \S+", "", command)


def batches(sources):
    """Yields (sources of one folder, a command that compiles each of them)."""
    for _, group in itertools.groupby(
            sorted(sources, key=lambda source: (source[0].parent, source[0])),
            key=lambda source: source[0].parent):
        names, commands = zip(*group)
        sizes = [len((ROOT / name).read_text().splitlines()) for name in names]
        share = sum(sizes) / -(-sum(sizes) // MAX_LINES)  # All of about one size.
        batch, full, total = [], share, 0
        for name, size in zip(names, sizes):
            if batch and total + size / 2 > full:
                yield batch, max(commands, key=len)
                batch, full = [], full + share
            batch.append(name)
            total += size
        yield batch, max(commands, key=len)


class Tidy:
    """clang-tidy with a place for its inputs. Thread safety: free to share."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        for old in folder.glob("*"):
            old.unlink()

    def run(self, batch, command):
        """Returns the findings in `batch`, or "" when there are none."""
        text, starts = self._write(batch)
        arguments = shlex.split(command.replace("SOURCE", str(text)))
        if parts := self._apart(batch, starts, arguments):
            return "".join(self.run(part, command) for part in parts)
        done = subprocess.run(
            ["clang-tidy", "--quiet", "--warnings-as-errors=*", f"--config-file={ROOT}/.clang-tidy",
             str(text), "--", *arguments[1:]],
            cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return ""

        def place(match):
            name, line = source_at(starts, int(match.group(2)))
            return f"{name}:{line}"

        return PLACE.sub(place, done.stdout) or done.stderr

    def _write(self, batch):
        """The batch as one text; and where in it each source starts."""
        starts, lines = [], []
        for name in batch:
            starts.append((len(lines), name))
            lines += (ROOT / name).read_text().splitlines()
        text = self.folder / (str(batch[0]).replace("/", "+") + f".{len(batch)}.tidy.cc")
        text.write_text("\n".join(lines) + "\n")
        return text, starts

    @staticmethod
    def _apart(batch, starts, arguments):
        """Where one source cannot bear another, the two parts of the batch that are to
        be read apart: those in which the compiler stumbles, and the others."""
        if len(batch) == 1:
            return None
        done = subprocess.run([*arguments, "-fsyntax-only", "-w", "-ferror-limit=0"], cwd=ROOT,
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return None
        stumbled = {source_at(starts, int(line))[0]
                    for line in re.findall(r"\.tidy\.cc:(\d+):\d+: error", done.stderr)}
        apart = [name for name in batch if name in stumbled]
        if not apart or len(apart) == len(batch):
            apart = batch[len(batch) // 2:]
        return [[name for name in batch if name not in apart], apart]


def source_at(starts, line):
    """The source that has this line of a batch, and its line there."""
    start, name = max(start for start in starts if start[0] < line)
    return name, line - start


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    wanted = set(sys.argv[2:])
    sources = [source for source in own_sources(build) if not wanted or str(source[0]) in wanted]
    if not sources:
        sys.exit(f"{build} compiles none of these files")
    tidy = Tidy(build / "tidy")
    clean = True
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for findings in pool.map(lambda item: tidy.run(*item), batches(sources)):
            if findings:
                clean = False
                print(findings, flush=True)
    if not clean:
        sys.exit(1)
    print(f"clang-tidy: {len(sources)} files, no finding")


if __name__ == "__main__":
    main()
