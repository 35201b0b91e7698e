"""Patterns on their way to a server that is there, away, or of another mind."""
import asyncio
import unittest
from unittest import mock

import recourse
from recourse import client as client_module
from recourse import pattern_changes
from recourse.errors import AskError
from recourse.pattern_changes import Change, PatternChanges


class Call:
    """A call that has its answer."""

    def __init__(self, answer):
        self._answer = answer

    def answer(self):
        return self._answer

    def on_done(self, callback):
        callback(self)


class Later(Call):
    """A call that gets its answer by `tell`."""

    def __init__(self):
        super().__init__(None)
        self._callback = None

    def on_done(self, callback):
        self._callback = callback

    def tell(self, answer):
        self._answer = answer
        self._callback(self)


class PatternChangesTest(unittest.TestCase):

    def setUp(self):
        self.time = 100.0
        self.answers = []  # Left out: it is taken.
        self.sent = []
        self.changes = PatternChanges(self.send, lambda: self.time)

    def send(self, change):
        kind = "remove" if change.message is None else "update" if change.replaces else "add"
        self.sent.append((kind, change.pattern_id))
        answer = self.answers.pop(0) if self.answers else "taken"
        return answer if isinstance(answer, Call) else Call(answer)

    def put(self, name, message="text", **settings):
        self.changes.put(Change(name, message, **settings), 0.0)

    def test_away_and_back(self):
        self.answers = [AskError("UNAVAILABLE", "away")]
        with self.assertLogs("recourse", "WARNING") as logged:
            self.put("a")
        self.put("b")  # Nobody tries it while the server is away.
        self.assertEqual(self.sent, [("add", "a")])
        self.assertEqual(len(logged.output), 1)
        self.changes.tick()
        self.assertEqual(len(self.sent), 1)
        self.time += pattern_changes.FIRST_PAUSE_SECONDS
        self.changes.tick()
        self.assertEqual(self.sent[1:], [("add", "a"), ("add", "b")])
        self.changes.alive()
        self.changes.tick()
        self.assertEqual(len(self.sent), 3)  # Each once.

    def test_nobody_waits_for_a_server_that_is_away(self):
        self.answers = [AskError("UNAVAILABLE", "away")]
        with self.assertLogs("recourse", "WARNING"):
            for name in ("a", "b"):
                self.changes.put(Change(name, "text"), 1e6)  # Would never end.

    def test_an_event_loop_is_held_up_for_less(self):
        client = recourse.Client("127.0.0.1:1", ask_timeout=7.0)
        self.addCleanup(client.close)
        patience = []

        async def remove():
            client.remove_pattern("a")
        with mock.patch.object(PatternChanges, "put", lambda self, change, left:
                               patience.append(left)):
            client.remove_pattern("a")
            asyncio.run(remove())
        self.assertEqual(patience, [7.0, client_module.LOOP_SECONDS])

    def test_pauses_grow_up_to_their_limit_and_end_when_the_server_is_heard_of(self):
        self.answers = [AskError("UNAVAILABLE", "away")] * 5
        with self.assertLogs("recourse", "WARNING"):
            self.put("a")
        for pause in (1.0, 2.0, 4.0, 4.0):
            count = len(self.sent)
            self.time += pause - 0.1
            self.changes.tick()
            self.assertEqual(len(self.sent), count)
            self.time += 0.1
            self.changes.tick()
            self.assertEqual(len(self.sent), count + 1)
        self.changes.alive()
        self.assertEqual(len(self.sent), 6)

    def test_a_refusal_is_raised(self):
        self.answers = [AskError("INVALID_ARGUMENT", "regex")]
        with self.assertRaises(AskError):
            self.put("a")
        self.changes.tick()
        self.assertEqual(len(self.sent), 1)

    def test_a_refusal_that_comes_later_is_told(self):
        refused = []
        call = Later()
        self.answers = [call]
        self.put("a", on_refused=lambda: refused.append("a"))
        with self.assertLogs("recourse", "ERROR"):
            call.tell(AskError("INVALID_ARGUMENT", "regex"))
        self.assertEqual(refused, ["a"])

    def test_any_other_refusal_is_logged_and_not_sent_again(self):
        self.answers = [AskError("PERMISSION_DENIED", "no")]
        with self.assertLogs("recourse", "WARNING"):
            self.put("a")
        self.time += 100
        self.changes.tick()
        self.assertEqual(len(self.sent), 1)

    def test_one_that_is_there_is_replaced(self):
        self.answers = [AskError("ALREADY_EXISTS", "there")]
        self.put("a")
        self.assertEqual(self.sent, [("add", "a"), ("update", "a")])

    def test_the_last_change_of_a_pattern_is_the_one_that_is_sent(self):
        call = Later()
        self.answers = [call]
        self.put("a")
        self.put("b")
        self.put("b", "newer")
        self.put("a", None)
        call.tell("taken")
        self.assertEqual(self.sent, [("add", "a"), ("add", "b"), ("remove", "a")])

    def test_what_the_server_never_had_from_here_is_not_removed(self):
        self.put("library_pattern", None)
        self.answers = [AskError("UNAVAILABLE", "away")]
        with self.assertLogs("recourse", "WARNING"):
            self.put("a")
        self.put("b")
        self.put("b", None)  # It never left.
        self.time += 1
        self.changes.tick()
        self.assertEqual(self.sent, [("add", "a"), ("add", "a")])

    def test_no_more_than_so_many_wait(self):
        self.answers = [AskError("UNAVAILABLE", "away")]
        with mock.patch.object(pattern_changes, "MAX_WAITING_CHANGES", 2), \
                self.assertLogs("recourse", "WARNING") as logged:
            for name in ("a", "b", "c"):
                self.put(name)
        self.assertIn("pattern c is not told", logged.output[-1])
        self.time += 1
        self.changes.tick()
        self.assertEqual(self.sent[1:], [("add", "a"), ("add", "b")])


if __name__ == "__main__":
    unittest.main()
