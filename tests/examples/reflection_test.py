#!/usr/bin/python3
"""Makes the calls by reflection that docs/api.md shows.

  reflection_test.py SERVER     the program
"""
import json
import pathlib
import re
import subprocess
import sys
import unittest

from servers import start_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "docs" / "examples" / "reflection.py"
TEXT = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").replace("\\\n", "")
SERVER = sys.argv[1]


class ReflectionTest(unittest.TestCase):

    def setUp(self):
        self.address = start_server(self, SERVER)

    def run_program(self, *arguments):
        return subprocess.run([sys.executable, "-B", PROGRAM, self.address, *arguments],
                              stdout=subprocess.PIPE, text=True, timeout=60, check=True).stdout

    def test_the_services_are_listed(self):
        listed = self.run_program("list").split()
        for name in ("ErrorRecoveryOrchestrator", "CircuitBreakers", "TargetPolicies", "Incidents"):
            self.assertIn(f"recourse.v1.{name}", listed)

    def test_the_calls_that_are_shown(self):
        shown = re.findall(r"grpcurl -plaintext -d '(.*?)'\s+\S+ (\S+)", TEXT)
        self.assertEqual(len(shown), 2)
        handled = json.loads(self.run_program(shown[0][1], shown[0][0]))
        self.assertEqual(handled["disposition"], "DISPOSITION_ACT")
        self.assertEqual(handled["classification"]["category"], "FAILURE_CATEGORY_CONNECTION")
        counted = json.loads(self.run_program(shown[1][1], shown[1][0]))
        self.assertEqual(counted["statistics"]["window"], "STATISTICS_WINDOW_FIVE_MINUTES")
        self.assertEqual(counted["statistics"]["totalAttempts"], "1")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
