#!/usr/bin/python3
"""Generates recourse/v1 from the protos into a folder that holds the package.

  generate_protos.py [FOLDER]     default: src, for work on the client itself
"""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PROTOS = HERE.parents[1] / "proto"


def generate(folder):
    """Writes FOLDER/recourse/v1; raises CalledProcessError when protoc fails."""
    folder = pathlib.Path(folder)
    package = folder / "recourse" / "v1"
    shutil.rmtree(package, ignore_errors=True)
    package.mkdir(parents=True)
    plugin = shutil.which("grpc_python_plugin")
    if plugin is None or shutil.which("protoc") is None:
        sys.exit("protoc and grpc_python_plugin are needed "
                 "(Debian: protobuf-compiler, protobuf-compiler-grpc)")
    files = sorted(str(path.relative_to(PROTOS)) for path in PROTOS.glob("recourse/v1/*.proto"))
    subprocess.run(
        ["protoc", f"--plugin=protoc-gen-grpc_python={plugin}", f"-I{PROTOS}",
         f"--python_out={folder}", f"--pyi_out={folder}", f"--grpc_python_out={folder}", *files],
        check=True)
    (package / "__init__.py").write_text('"""The API\'s messages and stubs, generated."""\n')


if __name__ == "__main__":
    generate(sys.argv[1] if len(sys.argv) > 1 else HERE / "src")
