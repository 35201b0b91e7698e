"""Asks a server, forks, and asks in both processes: for test_fork.py.

  fork_program.py ADDRESS [busy]     busy: a question is in flight at the fork

Prints one JSON object: for parent and child whether their decisions were local.
"""
import json
import os
import pathlib
import signal
import sys
import threading
import time

import recourse


def decides_locally(client):
    """Whether the decision about one failure is the client's own."""
    told, calls = [], []

    def operation():
        calls.append(1)
        if len(calls) == 1:
            raise TimeoutError("read timed out")
    client.run(operation, target="svc", steps=[recourse.RetryStep(base_delay=0.01)],
               on_decision=told.append)
    return told[0].local


def stop(pid):
    """Stops the server where it stands; returns when it does."""
    os.kill(pid, signal.SIGSTOP)
    while pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        time.sleep(0.001)


def wait_for_question(client):
    """Until one is in flight; it stays so, since the server is stopped."""
    # pylint: disable=protected-access
    while not (client.ask_breaker._in_flight and client.link()._in_flight):
        time.sleep(0.001)


def main():
    # The test ends what takes too long; a busy machine does not change a result.
    client = recourse.Client(sys.argv[1], ask_timeout=30.0)
    client.connect(30)
    before = decides_locally(client)
    if "busy" in sys.argv:
        stop(int(os.environ["SERVER_PID"]))
        threading.Thread(target=decides_locally, args=(client,), daemon=True).start()
        wait_for_question(client)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(write, b"1" if decides_locally(client) else b"0")
        os._exit(0)
    os.close(write)
    if "busy" in sys.argv:
        os.waitpid(child, 0)
        os.kill(int(os.environ["SERVER_PID"]), signal.SIGCONT)
    print(json.dumps({"before": before, "child": os.read(read, 1) == b"1",
                      "parent": decides_locally(client)}), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
