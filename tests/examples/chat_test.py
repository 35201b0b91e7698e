#!/usr/bin/python3
"""Does what docs/tutorial-chat.md says, and holds its text to what happens.

  chat_test.py SERVER CLI     the two programs
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "chat"
TUTORIAL = (ROOT / "docs" / "tutorial-chat.md").read_text(encoding="utf-8")
SERVER, CLI = sys.argv[1:3]
TIMEOUT = 60  # Seconds, far more than anything here takes.


def blocks(language):
    """The tutorial's blocks in this language, in order."""
    return re.findall(rf"```{language}\n(.*?)```", TUTORIAL, re.DOTALL)


def plain(text):
    """Without what differs from run to run."""
    text = re.sub(r"inc_\w+", "INCIDENT", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+Z", "TIME", text)
    return re.sub(r"in \d+\.\d s", "in SECONDS", text)


class Process:
    """A program that says on its first line where it listens."""

    def __init__(self, pattern, *command):
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        self.address = re.search(pattern, line).group(1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


class ChatTest(unittest.TestCase):

    def setUp(self):
        self.server = self.enterContext(Process(
            r"grpc=(\S+)", SERVER, "--listen", "127.0.0.1:0", "--store", "memory:"))
        self.api = self.enterContext(Process(
            r"at (http\S+)", sys.executable, "-B", EXAMPLE / "fake_api.py", "0"))

    def recourse(self, *arguments):
        done = subprocess.run([CLI, "--server", self.server.address, *arguments], text=True,
                              stdout=subprocess.PIPE, timeout=TIMEOUT, check=True)
        return done.stdout

    def chat(self, server):
        return subprocess.run(
            [sys.executable, "-B", EXAMPLE / "chat.py"], text=True, timeout=TIMEOUT,
            env={**os.environ, "RECOURSE": server, "CHAT_API": self.api.address},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)

    def test_the_tutorial_step_by_step(self):
        patterns = str(EXAMPLE / "patterns.yaml")
        self.assertIn("3 patterns, 0 errors, 0 findings",
                      self.recourse("patterns", "validate", patterns))
        self.assertIn(" 0 failures", self.recourse("patterns", "test", patterns))
        self.recourse("patterns", "add", patterns)
        printed, listed = blocks("text")
        done = self.chat(self.server.address)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual(plain(done.stdout), plain(printed))
        waited = float(re.search(r"openai_rate_limit -> retry in (\d\.\d) s", done.stdout).group(1))
        self.assertTrue(1.0 <= waited <= 1.1, waited)
        self.assertEqual(plain(self.recourse("incidents", "list")), plain(listed))
        # Again: the failures grow, the incident stays one.
        self.chat(self.server.address)
        incidents = json.loads(self.recourse("--json", "incidents", "list"))["incidents"]
        self.assertEqual([int(incident["occurrence_count"]) for incident in incidents], [6])
        self.recourse("incidents", "resolve", incidents[0]["incident_id"], "--action", "retry",
                      "--note", "paid")

    def test_without_a_server_the_apis_own_errors_come_back(self):
        with Process(r"grpc=(\S+)", SERVER, "--listen", "127.0.0.1:0", "--store", "memory:") as gone:
            address = gone.address
        done = self.chat(address)
        self.assertIn("(large model, 24 characters read)", done.stdout)
        self.assertIn("You exceeded your current quota", done.stdout)
        self.assertIn("ChatError: Overloaded", done.stderr)

    def test_the_text_shows_the_files(self):
        program = (EXAMPLE / "chat.py").read_text(encoding="utf-8")
        patterns = (EXAMPLE / "patterns.yaml").read_text(encoding="utf-8")
        for block in blocks("python"):
            self.assertIn(block, program)
        for block in blocks("yaml"):
            self.assertIn(block, patterns)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
