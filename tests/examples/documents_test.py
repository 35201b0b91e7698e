#!/usr/bin/python3
"""Runs blocks of README.md and docs/ as they stand there, against a server:
the loop, the file of patterns, the calls of the API, the webhook's receiver.

  documents_test.py SERVER CLI
"""
import http.client
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

from servers import start_server

SERVER, CLI = sys.argv[1:]
ROOT = pathlib.Path(__file__).resolve().parents[2]
GOOGLEAPIS = ("/usr/share/gocode/src/github.com/grpc-ecosystem/grpc-gateway/third_party/googleapis")
PATIENCE = 120  # Seconds, on a busy machine.


def blocks(document, language, after=""):
    """The document's blocks of that language that come after a text."""
    text = (ROOT / document).read_text()
    text = text[text.index(after):]
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def run(*command, **more):
    return subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True,
                          timeout=PATIENCE, check=True, **more).stdout


class DocumentsTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="recourse-documents-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def generate(self):
        """As README.md and api.md say."""
        gen = self.folder / "gen"
        gen.mkdir()
        run("protoc", "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
            f"-I{ROOT}/proto", f"--python_out={gen}", f"--grpc_python_out={gen}",
            *sorted((ROOT / "proto/recourse/v1").glob("*.proto")))
        run("protoc", f"-I{ROOT}/proto", f"-I{GOOGLEAPIS}", f"--python_out={gen}",
            "google/rpc/status.proto", "google/rpc/error_details.proto",
            "google/rpc/error_info.proto")
        return {**os.environ, "PYTHONPATH": str(gen)}

    def script(self, text, address):
        self.assertIn("127.0.0.1:50051", text)
        path = self.folder / "script.py"
        path.write_text(text.replace("127.0.0.1:50051", address))
        return path

    def spawn(self, *command, **more):
        """Its output, line by line; it ends with the test."""
        process = subprocess.Popen([str(part) for part in command], stdout=subprocess.PIPE,
                                   text=True, **more)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        self.addCleanup(watchdog.cancel)
        return process.stdout

    def cli(self, address, *words):
        return run(CLI, "--server", address, *words)

    def test_the_loop_of_the_readme(self):
        address = start_server(self, SERVER)
        (loop,) = blocks("README.md", "python")
        told = run("/usr/bin/python3", self.script(loop, address), env=self.generate())
        error = "[Errno 104] Connection reset by peer -> "
        self.assertEqual(told.splitlines(), [error + "retry"] * 3 +
                         [error + "alternative_path", "answer of search/us"])

    def test_the_shell_of_the_readme(self):
        address = start_server(self, SERVER)
        shell = next(block for block in blocks("README.md", "sh") if "stock.yaml" in block)
        shell = shell.replace("build/bin/recourse ", f"{CLI} --server {address} ")
        (self.folder / "shell").write_text(shell)
        told = run("bash", "-eu", "shell", cwd=self.folder)
        self.assertIn("RATE_LIMIT", told)
        self.assertIn("stock_reservation_conflict", told)
        self.assertIn("1 error; 0 matched no pattern", told)
        decided = self.cli(address, "--json", "handle", "--message",
                           "reservation 17 was changed by another order")
        self.assertIn('"stock_reservation_conflict"', decided)
        self.assertIn('"FAILURE_CATEGORY_CONCURRENCY"', decided)

    def test_the_calls_of_the_api(self):
        address = start_server(self, SERVER)
        calls, refused = blocks("docs/api.md", "python")
        env = self.generate()
        told = self.spawn("/usr/bin/python3", "-u", self.script(calls, address), env=env)
        self.assertRegex(told.readline(), r"^decides from revision [1-9]\d* \[.*\]$")
        self.assertEqual(told.readline().split(), ["KIND_WATCHING"])
        self.cli(address, "handle", "--message", "order 7 is locked", "--target",
                 "postgres/orders")
        self.assertEqual(told.readline(), "KIND_ATTEMPT order 7 is locked\n")
        listed = self.cli(address, "patterns", "get", "orders_locked")
        self.assertIn("orders_locked", listed)

        printed = run("/usr/bin/python3", self.script(refused, address), env=env).splitlines()
        said = (ROOT / "docs/api.md").read_text().rsplit("It prints", 1)[1]
        wanted = [" ".join(one.split()) for one in re.findall(r"`([^`]+)`", said)]
        self.assertEqual(printed, wanted)

    def test_the_receiver_of_webhooks(self):
        (receiver,) = [block for block in blocks("docs/operations.md", "python")
                       if "webhook-signature" in block]
        listening = re.sub(
            r"HTTPServer\(\(([^,]+), \d+\), Receiver\)\.serve_forever\(\)",
            r"server = HTTPServer((\1, 0), Receiver)\nprint(server.server_port, flush=True)\n"
            r"server.serve_forever()", receiver)
        self.assertNotEqual(listening, receiver)
        (self.folder / "receiver.py").write_text(listening)
        (made,) = [block for block in blocks("docs/operations.md", "sh") if "whsec_" in block]
        secret = run("bash", "-eu", "-c", made).strip()
        told = self.spawn("/usr/bin/python3", self.folder / "receiver.py",
                          env={**os.environ, "WEBHOOK_SECRET": secret})
        port = int(told.readline())

        config = self.folder / "config.yaml"
        config.write_text(f"""
            channels:
            - {{name: pager, webhook: {{url: 'http://127.0.0.1:{port}/', secret: '{secret}'}}}}
            routes: [{{channels: [pager]}}]
            notifications: {{group_wait: 0s}}
            """)
        address = start_server(self, SERVER, "--config", config)
        pattern = self.folder / "pattern.yaml"
        pattern.write_text("patterns: [{pattern_id: p, error_type: CONTRACT, regex_pattern: "
                           "contract broken, recovery_strategy: ESCALATION, "
                           "examples: {match: [contract broken]}}]")
        self.cli(address, "patterns", "add", pattern)
        # Exit code 1: the operation ends.
        subprocess.run([CLI, "--server", address, "handle", "--message", "contract broken"],
                       stdout=subprocess.DEVNULL, timeout=PATIENCE, check=False)
        kind, incident_id, title = told.readline().split(maxsplit=2)
        self.assertEqual(kind, "incident.opened")
        self.assertIn(incident_id, self.cli(address, "incidents", "list"))
        self.assertTrue(title.strip())

        forged = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        forged.request("POST", "/", body="{}", headers={
            "webhook-id": "m1", "webhook-timestamp": "1", "webhook-signature": "v1,bm9uZQ=="})
        self.assertEqual(forged.getresponse().status, 401)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
