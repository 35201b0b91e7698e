"""What is counted and known of targets."""
import unittest

from recourse import CircuitState
from recourse.sites import MAX_TARGETS, OWN_FAILURES, OWN_OPEN_SECONDS, Sites


class SitesTest(unittest.TestCase):

    def setUp(self):
        self.sites = Sites()
        self.site = self.sites.site("svc")

    def told(self, state, remaining=None, own=False, now=0.0):
        self.sites.told("svc", own, state, remaining, now)

    def test_sums_are_taken_once(self):
        self.site.calls += 3
        self.sites.count_failure(self.site, True, 1.0, slow=True)
        self.sites.count_failure(self.site, False, 1.0)
        sums, = self.sites.take(2.0)
        self.assertEqual((sums.target, sums.calls, sums.failures, sums.slow_calls),
                         ("svc", 5, 1, 1))
        self.assertEqual(self.sites.take(3.0), [])

    def test_the_sums_of_one_target(self):
        self.site.calls += 1
        self.sites.site("other").calls += 1
        self.assertEqual([s.target for s in self.sites.take(1.0, "svc")], ["svc"])
        self.assertEqual([s.target for s in self.sites.take(1.0)], ["other"])

    def test_targets_beyond_the_limit_are_not_counted(self):
        for number in range(MAX_TARGETS):
            self.sites.site(str(number))
        beyond = self.sites.site("beyond")
        beyond.calls += 1
        self.assertEqual(self.sites.take(1.0), [])

    def test_targets_that_the_server_refuses_are_not_counted(self):
        for target, counted in [("x", True), ("x" * 256, True), ("\u00e9" * 128, True),
                                ("", False), ("x" * 257, False), ("\u00e9" * 129, False)]:
            with self.subTest(target=target):
                sites = Sites()
                sites.count_failure(sites.site(target), True, 1.0)
                self.assertEqual(len(sites.take(2.0)), int(counted))

    def test_circuits_gate(self):
        self.sites.stream_begins()
        for state, gates in [(CircuitState.OPEN, True), (CircuitState.HALF_OPEN, True),
                             (CircuitState.FORCED_OPEN, True), (CircuitState.SHADOW, False),
                             (CircuitState.CLOSED, False)]:
            self.told(state)
            self.assertEqual((self.sites.gates(self.site, 1.0), self.site.special), (gates, gates))

    def test_one_callers_own_circuit_beside_the_shared_one(self):
        self.sites.stream_begins()
        self.told(CircuitState.OPEN, own=True)
        self.told(CircuitState.CLOSED)
        self.assertTrue(self.sites.gates(self.site, 1.0))
        self.told(CircuitState.CLOSED, own=True)
        self.assertFalse(self.sites.gates(self.site, 1.0))

    def test_without_the_stream_a_circuit_is_open_until_its_time(self):
        self.sites.stream_begins()
        self.told(CircuitState.OPEN, 5.0)
        self.sites.stream_ends()
        self.assertTrue(self.sites.gates(self.site, 4.9))
        self.assertEqual(self.sites.open_remaining(self.site, 2.0), 3.0)
        self.assertFalse(self.sites.gates(self.site, 5.0))

    def test_a_new_stream_tells_everything_anew(self):
        self.told(CircuitState.OPEN)
        self.sites.stream_begins()
        self.assertFalse(self.sites.gates(self.site, 0.0))

    def test_a_circuit_that_was_told_before_the_target_was_called(self):
        self.sites.stream_begins()
        self.sites.told("later", False, CircuitState.OPEN, None, 0.0)
        self.assertTrue(self.sites.gates(self.sites.site("later"), 0.0))

    def test_the_clients_own_breaker(self):
        self.sites.hold_alone(0.0)
        for _ in range(OWN_FAILURES):
            self.assertFalse(self.sites.gates(self.site, 1.0))
            self.sites.count_failure(self.site, True, 1.0)
        self.assertTrue(self.sites.gates(self.site, 2.0))
        later = 1.0 + OWN_OPEN_SECONDS
        self.assertFalse(self.sites.gates(self.site, later))  # A trial.
        self.sites.count_failure(self.site, True, later)
        self.assertTrue(self.sites.gates(self.site, later + 1.0))
        later += OWN_OPEN_SECONDS
        for _ in range(2):
            self.assertFalse(self.sites.gates(self.site, later))
            self.sites.count_success(self.site, later)
        self.assertFalse(self.site.special)

    def test_retired_sites_are_looked_for_anew(self):
        self.sites.retire()
        self.assertTrue(self.site.retired and self.site.special)
        self.assertIsNot(self.sites.site("svc"), self.site)


if __name__ == "__main__":
    unittest.main()
