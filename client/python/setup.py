"""Builds the wheel: the API's messages are generated into the package."""
import pathlib
import sys

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generate_protos import generate  # noqa: E402  pylint: disable=wrong-import-position


class BuildWithProtos(build_py):
    """build_py, then recourse/v1 beside what it copied."""

    def run(self):
        super().run()
        generate(pathlib.Path(self.build_lib))


setup(cmdclass={"build_py": BuildWithProtos})
