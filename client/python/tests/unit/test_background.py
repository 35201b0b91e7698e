"""Reports, sums and circuits in the background: with a link that is a fake."""
import threading
import unittest

from recourse import CircuitState, Outcome
from recourse.background import MAX_REPORTS_IN_FLIGHT, MAX_WAITING_REPORTS, Background
from recourse.errors import AskError
from recourse.sites import Sites

WAIT = 20.0  # Seconds for another thread; nothing here takes that long.


class Call:
    def __init__(self, answer):
        self.answer = answer
        self.callback = None

    def on_done(self, callback):
        self.callback = callback

    def wait(self):
        return self.answer


class Stream:
    """Tells what it is given; then stays open until it is cancelled."""

    def __init__(self, told, code=""):
        self._told = told
        self.code = code
        self.ended = threading.Event()

    def __iter__(self):
        yield from self._told
        if not self.code:
            self.ended.wait(WAIT)

    def cancel(self):
        self.ended.set()


class Link:
    def __init__(self, stream=None, sums_answer=(1.0, [])):
        self.reports, self.sums, self.calls = [], [], []
        self.stream = stream or Stream([])
        self.changed = threading.Condition()
        self.finish = True  # Whether reports are answered at once.
        self._sums_answer = sums_answer

    def report(self, *report):
        call = Call(None)
        with self.changed:
            self.reports.append(report)
            self.calls.append(call)
            self.changed.notify_all()
        if self.finish:
            call.on_done = lambda callback: callback(call)
        return call

    def report_calls(self, sums, sequence):
        with self.changed:
            self.sums.append((sequence, [s.target for s in sums]))
            self.changed.notify_all()
        return Call(self._sums_answer)

    def circuits(self):
        return self.stream

    def wait_for(self, condition):
        with self.changed:
            if not self.changed.wait_for(condition, WAIT):
                raise AssertionError("it did not happen in time")


class BackgroundTest(unittest.TestCase):

    def begin(self, link):
        self.sites = Sites()
        background = Background(lambda: link, self.sites, lambda: 100.0, lambda: None)
        self.addCleanup(background.close)
        return background

    def test_reports_are_sent_in_order(self):
        link = Link()
        background = self.begin(link)
        for number in range(50):
            background.report((str(number), Outcome.SUCCESS, 0.5))
        link.wait_for(lambda: len(link.reports) == 50)
        self.assertEqual([token for token, *_ in link.reports], [str(n) for n in range(50)])

    def test_so_many_in_flight_so_many_wait_and_the_others_are_dropped(self):
        link = Link()
        link.finish = False
        background = self.begin(link)
        for number in range(MAX_REPORTS_IN_FLIGHT):
            background.report((str(number), Outcome.SUCCESS, 0.0))
        link.wait_for(lambda: len(link.reports) == MAX_REPORTS_IN_FLIGHT)
        for number in range(MAX_WAITING_REPORTS + 5):
            background.report((str(number), Outcome.SUCCESS, 0.0))
        self.assertEqual(background.dropped_reports, 5)
        self.assertEqual(len(link.reports), MAX_REPORTS_IN_FLIGHT)
        link.finish = True

    def test_what_waits_is_sent_at_the_end(self):
        link = Link()
        background = self.begin(link)
        background.report(("t", Outcome.FAILURE, 1.0))
        self.sites.site("svc").calls += 1
        background.close()
        self.assertEqual(link.reports, [("t", Outcome.FAILURE, 1.0)])
        self.assertEqual([targets for _, targets in link.sums], [["svc"]])
        background.report(("late", Outcome.SUCCESS, 0.0))
        self.assertEqual(background.dropped_reports, 1)

    def test_who_starts_anew_numbers_on(self):
        numbers = []
        for _ in range(2):
            link = Link()
            background = self.begin(link)
            self.sites.site("svc").calls += 1
            background.start(listen=False)
            background.close()
            numbers += [number for number, _ in link.sums]
        self.assertEqual(len(numbers), 2)
        self.assertLess(numbers[0], numbers[1])

    def test_sums_bring_circuits(self):
        link = Link(sums_answer=(1.0, [("circuit", "svc", False, CircuitState.OPEN, 9.0)]))
        background = self.begin(link)
        site = self.sites.site("svc")
        site.calls += 1
        background.start(listen=False)
        background.close()
        self.assertTrue(self.sites.gates(site, 105.0))

    def test_a_server_that_takes_no_sums(self):
        link = Link(sums_answer=AskError("UNIMPLEMENTED", "no"))
        background = self.begin(link)
        self.sites.site("svc").calls += 1
        background.start(listen=False)
        background.close()
        for _ in range(5):
            self.sites.count_failure(self.sites.site("svc"), True, 100.0)
        self.assertTrue(self.sites.gates(self.sites.site("svc"), 101.0))  # Its own breaker holds.

    def test_the_stream_tells_circuits(self):
        link = Link(Stream([("circuit", "svc", False, CircuitState.OPEN, None),
                            ("synced", "", False, CircuitState.CLOSED, None)]))
        background = self.begin(link)
        background.start(listen=True)
        self.assertTrue(background.synced.wait(WAIT))
        self.assertTrue(self.sites.gates(self.sites.site("svc"), 100.0))

    def test_a_pause_ends_the_threads_and_keeps_what_waits(self):
        link = Link()
        background = self.begin(link)
        background.start(listen=True)
        self.assertTrue(background.pause())
        self.assertTrue(link.stream.ended.is_set())
        background.report(("t", Outcome.SUCCESS, 0.0))
        self.assertEqual(link.reports, [])
        background.resume()
        link.wait_for(lambda: link.reports)


if __name__ == "__main__":
    unittest.main()
