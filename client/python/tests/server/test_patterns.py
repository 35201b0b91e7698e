"""Patterns of the orchestrator's at a real server: added, replaced, refused,
removed, and while it is away."""
import asyncio
import time
import unittest

import recourse
from recourse import ErrorPattern, ErrorType, RecoveryStrategy
from server_process import Server, free_address, needs_server

BACK_WITHIN = 60.0  # Seconds; the machine may be busy.


def pattern(name="mine", regex="frobnicate", **settings):
    return ErrorPattern(name, ErrorType.NETWORK, regex, RecoveryStrategy.RETRY,
                        {"max_retries": 2, "base_delay": 0.01}, **settings)


def stored(client, name):
    """The server's pattern, or None."""
    import grpc  # pylint: disable=import-outside-toplevel
    from recourse.v1 import orchestrator_pb2  # pylint: disable=import-outside-toplevel
    try:
        return client.link().orchestrator.GetErrorPattern(
            orchestrator_pb2.GetErrorPatternRequest(pattern_id=name), timeout=30,
            wait_for_ready=True).pattern
    except grpc.RpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            return None
        raise


@needs_server
class PatternsTest(unittest.TestCase):

    def client(self, address, **settings):
        client = recourse.Client(address, **settings)
        self.addCleanup(client.close)
        return client, recourse.ErrorRecoveryOrchestrator(client=client)

    def assert_soon(self, condition):
        until = time.monotonic() + BACK_WITHIN
        while not condition():
            self.assertLess(time.monotonic(), until, "it did not come to be in time")
            time.sleep(0.05)

    def test_added_replaced_removed(self):
        with Server() as server:
            client, orchestrator = self.client(server.address, ask_timeout=30.0)
            orchestrator.add_error_pattern(pattern())
            self.assertEqual(stored(client, "mine").regex_pattern, "frobnicate")
            orchestrator.add_error_pattern(pattern(regex="frobnicated"))
            self.assertEqual(stored(client, "mine").regex_pattern, "frobnicated")
            self.assertTrue(orchestrator.remove_error_pattern("mine"))
            self.assertIsNone(stored(client, "mine"))
            self.assertFalse(orchestrator.remove_error_pattern("mine"))
            # The library's stays, whoever did not put it there.
            self.assertFalse(orchestrator.remove_error_pattern("openai_insufficient_quota"))
            self.assertIsNotNone(stored(client, "openai_insufficient_quota"))

    def test_a_refused_one_is_not_kept(self):
        with Server() as server:
            client, orchestrator = self.client(server.address, ask_timeout=30.0)
            orchestrator.add_error_pattern(pattern())
            refused = pattern(regex="(?=look)ahead")  # Python takes it, RE2 does not.
            with self.assertRaises(recourse.AskError) as caught:
                orchestrator.add_error_pattern(refused)
            self.assertEqual(caught.exception.code, "INVALID_ARGUMENT")
            self.assertEqual([p.regex_pattern for p in orchestrator.patterns], ["frobnicate"])
            with self.assertRaises(recourse.AskError):
                asyncio.run(orchestrator.add_error_pattern_async(pattern("new", "(?=x)y")))
            self.assertEqual(len(orchestrator.patterns), 1)

    def test_while_the_server_is_away_it_holds_here_and_is_told_later(self):
        address = free_address()
        client, orchestrator = self.client(address)
        with self.assertLogs("recourse", "WARNING"):
            orchestrator.add_error_pattern(pattern())
        for i in range(20):
            orchestrator.add_error_pattern(pattern(f"mine_{i}", f"frobnicate{i}"))
        orchestrator.remove_error_pattern("mine_3")
        calls = []

        def fail_once():
            calls.append(1)
            if len(calls) < 3:
                raise OSError("frobnicate")
            return "done"
        result = orchestrator.handle_error_sync(
            recourse.RecoveryContext(exception=OSError("frobnicate")), operation=fail_once)
        self.assertEqual((result.success, len(calls)), (False, 2))  # By its two retries.
        with Server(address):
            # One that met no server goes behind the others.
            for name in ("mine_19", "mine"):
                self.assert_soon(lambda name=name: stored(client, name) is not None)
            self.assertIsNone(stored(client, "mine_3"))

    def test_a_silent_server_holds_no_event_loop_up(self):
        async def add(orchestrator):
            for i in range(20):
                orchestrator.add_error_pattern(pattern(f"mine_{i}"))
        with Server() as server:
            client, orchestrator = self.client(server.address)
            orchestrator.add_error_pattern(pattern("first"))
            server.pause()
            asyncio.run(add(orchestrator))
            self.assertEqual(len(orchestrator.patterns), 21)
            server.resume()
            self.assert_soon(lambda: stored(client, "mine_19") is not None)


if __name__ == "__main__":
    unittest.main()
