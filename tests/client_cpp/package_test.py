#!/usr/bin/python3
"""Installs the C++ client into a folder that is moved away, and builds a user's
program with it by find_package and by pkg-config.

  package_test.py BUILD_DIRECTORY CXX_COMPILER
"""
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ANSWER = "answer of search/us\n"


def run(*command, **settings):
    """Its output; what fails ends the test."""
    return subprocess.run([str(part) for part in command], check=True, text=True,
                          stdout=subprocess.PIPE, **settings).stdout


def by_find_package(prefix, folder, compiler):
    run("cmake", "-S", HERE / "package", "-B", folder / "build", "-G", "Ninja",
        "-DCMAKE_BUILD_TYPE=Debug", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={compiler}")
    run("cmake", "--build", folder / "build")
    return run(folder / "build" / "program")


def by_pkg_config(prefix, folder, compiler):
    pc_file = next(prefix.rglob("recourse.pc"))
    flags = shlex.split(run("pkg-config", "--cflags", "--libs", "recourse",
                            env={**os.environ, "PKG_CONFIG_PATH": str(pc_file.parent)}))
    run(compiler, "-std=c++20", HERE / "package" / "program.cc", "-o", folder / "program", *flags,
        "-pthread")
    return run(folder / "program")


def main():
    build, compiler = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="recourse-package-") as name:
        folder = pathlib.Path(name)
        run("cmake", "--install", build, "--prefix", folder / "first", "--component", "client")
        prefix = (folder / "first").rename(folder / "moved")
        for way in (by_find_package, by_pkg_config):
            printed = way(prefix, folder, compiler)
            if printed != ANSWER:
                sys.exit(f"{way.__name__}: the program printed {printed!r}")
            print(f"{way.__name__}: done")


if __name__ == "__main__":
    main()
