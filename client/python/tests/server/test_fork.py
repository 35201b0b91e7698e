"""A process that forks with a stream to the server open: the child asks by a
connection of its own, or decides locally where gRPC does not survive the fork.
It never hangs."""
import json
import os
import pathlib
import subprocess
import sys
import unittest

from server_process import Server, needs_server

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "fork_program.py"
TIMEOUT = 90  # Seconds; what hangs is ended by it.


@needs_server
class ForkTest(unittest.TestCase):

    def run_program(self, *arguments, **environment):
        with Server() as server:
            done = subprocess.run(
                [sys.executable, "-B", PROGRAM, server.address, *arguments], timeout=TIMEOUT,
                env={**os.environ, "SERVER_PID": str(server.pid), **environment}, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), done.stderr

    def test_the_child_asks_by_a_connection_of_its_own(self):
        told, _ = self.run_program()
        self.assertEqual(told, {"before": False, "child": False, "parent": False})

    def test_without_fork_support_the_child_decides_locally(self):
        told, said = self.run_program(GRPC_ENABLE_FORK_SUPPORT="0")
        self.assertEqual(told, {"before": False, "child": True, "parent": False})
        self.assertIn("forked while gRPC was in use", said)

    def test_with_a_question_in_flight_the_child_decides_locally(self):
        told, said = self.run_program("busy")
        self.assertEqual(told, {"before": False, "child": True, "parent": False})
        self.assertIn("forked while gRPC was in use", said)


if __name__ == "__main__":
    unittest.main()
