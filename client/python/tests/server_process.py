"""Starts recourse-server, as $RECOURSE_SERVER names it."""
import os
import signal
import socket
import subprocess
import unittest

BINARY = os.environ.get("RECOURSE_SERVER", "")


def free_address():
    """An address at which nobody listens yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


class Server:
    """A server of its own, as a context manager; `address` once it serves."""

    def __init__(self, address="127.0.0.1:0", config=""):
        command = [BINARY, "--listen", address, "--store", "memory:"]
        if config:
            command += ["--config", config]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        words = self._process.stdout.readline().split()
        if words[:2] != ["recourse-server", "ready"]:
            raise RuntimeError(f"the server does not serve: {words}")
        self.address = words[2].removeprefix("grpc=")
        self.pid = self._process.pid

    def pause(self):
        """Stops it where it stands; `resume` lets it go on."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self.pid, os.WSTOPPED)  # Its other threads run on for a moment.

    def resume(self):
        self._process.send_signal(signal.SIGCONT)

    def kill(self):
        """Ends it at once."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self.kill()


needs_server = unittest.skipUnless(BINARY, "RECOURSE_SERVER does not name the server's program")
