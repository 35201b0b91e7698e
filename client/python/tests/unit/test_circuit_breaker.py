"""CircuitBreaker, above all half open."""
import unittest

from recourse import CircuitBreaker, CircuitOpenError, CircuitState
from recourse.testing import FakeClock


class CircuitBreakerTest(unittest.TestCase):

    def setUp(self):
        self.clock = FakeClock()
        self.breaker = CircuitBreaker(2, 30.0, 2, name="svc", now=self.clock.now)

    def fail(self):  # pylint: disable=arguments-differ
        self.breaker.before_call()
        self.breaker.failed()

    def succeed(self):
        self.breaker.before_call()
        self.breaker.succeeded()

    def half_open(self):
        self.fail()
        self.fail()
        self.clock.advance(30.0)

    def test_open_until_its_time(self):
        self.fail()
        self.assertIs(self.breaker.state, CircuitState.CLOSED)
        self.fail()
        self.clock.advance(29.0)
        with self.assertRaisesRegex(CircuitOpenError, "OPEN for svc, again in 1.0 s"):
            self.breaker.before_call()
        self.clock.advance(1.0)
        self.assertIs(self.breaker.state, CircuitState.HALF_OPEN)

    def test_half_open_lets_one_at_a_time_pass(self):
        self.half_open()
        self.breaker.before_call()
        self.assertRaises(CircuitOpenError, self.breaker.before_call)
        self.breaker.succeeded()
        self.breaker.before_call()  # The next trial.

    def test_half_open_closes_after_its_successes(self):
        self.half_open()
        self.succeed()
        self.assertIs(self.breaker.state, CircuitState.HALF_OPEN)
        self.succeed()
        self.assertIs(self.breaker.state, CircuitState.CLOSED)
        self.assertEqual(self.breaker.failure_count, 0)
        self.fail()  # Counted anew.
        self.assertIs(self.breaker.state, CircuitState.CLOSED)

    def test_half_open_opens_again_with_one_failure(self):
        self.half_open()
        self.succeed()
        self.fail()
        self.assertIs(self.breaker.state, CircuitState.OPEN)
        self.clock.advance(30.0)
        self.succeed()  # The success before it does not count any more.
        self.assertIs(self.breaker.state, CircuitState.HALF_OPEN)

    def test_a_trial_that_says_nothing_gives_its_place_back(self):
        self.half_open()
        self.breaker.before_call()
        self.breaker.ended(KeyboardInterrupt())
        self.assertIs(self.breaker.state, CircuitState.HALF_OPEN)
        self.breaker.before_call()

    def test_a_success_that_began_before_it_opened_does_not_close_it(self):
        self.breaker.before_call()
        self.fail()
        self.fail()
        self.breaker.succeeded()
        self.assertIs(self.breaker.state, CircuitState.OPEN)


if __name__ == "__main__":
    unittest.main()
