#!/usr/bin/python3
"""Builds the wheel, installs it into a new environment that sees Debian's
grpcio, and runs the README's example there, without network and without a
server: what is away must not get in the way."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

CLIENT = pathlib.Path(__file__).resolve().parents[1]
OFFLINE = {**os.environ, "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
OFFLINE.pop("PYTHONPATH", None)


def run(*command, **kwargs):
    done = subprocess.run([str(part) for part in command], env=OFFLINE, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **kwargs)
    return done.returncode, done.stdout


def must(*command, **kwargs):
    code, printed = run(*command, **kwargs)
    if code != 0:
        sys.exit(f"wheel_test: {command} ended with {code}:\n{printed}")
    return printed


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        # Built from a copy: setuptools writes beside what it builds.
        source = folder / "project" / "client" / "python"
        source.parent.mkdir(parents=True)
        must("cp", "-r", CLIENT, source)
        must("cp", "-r", CLIENT.parents[1] / "proto", folder / "project" / "proto")
        must("/usr/bin/python3", "-m", "pip", "wheel", "--quiet", "--no-build-isolation",
             "--no-deps", "-w", folder / "dist", source)
        wheels = list((folder / "dist").glob("recourse-*.whl"))
        must("/usr/bin/python3", "-m", "venv", "--system-site-packages", folder / "venv")
        python = folder / "venv" / "bin" / "python"
        must(python, "-m", "pip", "install", "--quiet", "--no-index", *wheels)
        where = must(python, "-c", "import recourse, recourse.v1.recovery_pb2, recourse.testing, "
                     "recourse.integrations; print(recourse.__file__)", cwd=folder)
        if str(folder / "venv") not in where:
            sys.exit(f"wheel_test: not the installed package: {where}")
        if not (pathlib.Path(where.strip()).parent / "py.typed").exists():
            sys.exit("wheel_test: py.typed is missing")
        example = re.search(r"```python\n(.*?)```", (CLIENT / "README.md").read_text(),
                            re.DOTALL).group(1)
        (folder / "example.py").write_text(example)
        code, printed = run(python, folder / "example.py", cwd=folder)
        if code == 0 or "ConnectionResetError: [Errno 104] Connection reset by peer" not in printed:
            sys.exit(f"wheel_test: without a server the operation's own error was wanted:\n{printed}")
        server = os.environ.get("RECOURSE_SERVER")
        if server:
            with_server(server, python, folder)
    print("wheel_test: all is well")


def with_server(binary, python, folder):
    """The example against a server."""
    process = subprocess.Popen([binary, "--listen", "127.0.0.1:0", "--store",
                                "memory:"], stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().split()[2].removeprefix("grpc=")
        text = (folder / "example.py").read_text().replace("127.0.0.1:50051", address)
        (folder / "example.py").write_text(text)
        printed = must(python, folder / "example.py", cwd=folder)
        if "answer: found by search/us" not in printed:
            sys.exit(f"wheel_test: with a server the alternative was wanted:\n{printed}")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


if __name__ == "__main__":
    main()
