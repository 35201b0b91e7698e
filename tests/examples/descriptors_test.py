#!/usr/bin/python3
"""Holds the descriptor set to the protos, and makes the call with it that
docs/api.md shows.

  descriptors_test.py SERVER SET     the program, and the built recourse.binpb
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

from google.protobuf import descriptor_pb2, descriptor_pool
from servers import start_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROTOS = ROOT / "proto" / "recourse" / "v1"
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").replace("\\\n", "")
SERVER, SET = sys.argv[1:]


class DescriptorsTest(unittest.TestCase):

    def setUp(self):
        self.described = descriptor_pb2.FileDescriptorSet.FromString(
            pathlib.Path(SET).read_bytes())
        self.pool = descriptor_pool.DescriptorPool()
        for file in self.described.file:  # Refuses a file before its imports.
            self.pool.Add(file)

    def test_every_service_and_method_is_found(self):
        services = [(name, re.findall(r"^  rpc (\w+)", body, re.M))
                    for path in PROTOS.glob("*.proto")
                    for name, body in re.findall(r"^service (\w+) \{(.*?)^\}", path.read_text(),
                                                 re.M | re.S)]
        self.assertEqual(len(services), 4)
        for name, methods in services:
            found = self.pool.FindServiceByName(f"recourse.v1.{name}")
            self.assertEqual(methods, [method.name for method in found.methods])
        self.pool.FindServiceByName("grpc.health.v1.Health")
        self.pool.FindMessageTypeByName("google.rpc.ErrorInfo")

    def test_the_comments_are_there(self):
        for file in self.described.file:
            if file.package == "recourse.v1":
                comments = [location.leading_comments for location in file.source_code_info.location]
                self.assertTrue(any(comments), file.name)

    def test_nothing_internal_is_told(self):
        self.assertFalse([file.name for file in self.described.file if "internal" in file.name])

    def test_the_calls_that_are_shown(self):
        shown = re.search(r"-protoset \S+ -d '(.*?)'\s+\S+ (\S+)", TEXT)
        body, method = shown.groups()
        self.assertIn(f"descriptors.py build/release/recourse.binpb   127.0.0.1:50051 {method} '{body}'", TEXT)
        program = ROOT / "docs" / "examples" / "descriptors.py"
        answer = json.loads(subprocess.run(
            [sys.executable, "-B", program, SET, start_server(self, SERVER), method, body],
            stdout=subprocess.PIPE, text=True, timeout=60, check=True).stdout)
        self.assertEqual(answer["disposition"], "DISPOSITION_ACT")
        self.assertIn("retry", answer)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
