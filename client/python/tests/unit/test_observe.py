"""Mode observe: everything is asked about, nothing is obeyed."""
import unittest

import recourse
from recourse import testing


def failing(*errors):
    left = list(errors)

    def operation():
        if left:
            raise left.pop(0)
        return "done"
    return operation


class ObserveTest(unittest.TestCase):

    def observe(self, answers):
        self.disagreements = []
        return testing.Recorder(answers, mode="observe", on_disagreement=self.disagreements.append)

    def test_the_callers_own_steps_go_on(self):
        recorder = self.observe([testing.give_up(), testing.retry(1.0, token="t2")])
        steps = [recourse.RetryStep(max_retries=2, base_delay=1.0, jitter=recourse.Jitter.NONE)]
        value = recorder.run(failing(TimeoutError("1"), TimeoutError("2")), target="svc",
                             steps=steps)
        self.assertEqual((value, recorder.waits), ("done", [1.0, 2.0]))
        self.assertEqual([q.token for q in recorder.questions], ["", "test-token"])
        self.assertEqual(recorder.reports, [("t2", recourse.Outcome.SUCCESS)])
        first, = self.disagreements  # The second waits are alike.
        self.assertEqual((first.decided, first.done, first.done_delay), ("ENDED", "RAN_AGAIN", 1.0))

    def test_the_time_outs_of_its_own_retries_grow(self):
        seen = []

        def operation(attempt):
            seen.append(attempt.timeout)
            if len(seen) < 4:
                raise TimeoutError("slow")
        step = recourse.RetryStep(max_retries=3, base_delay=0, timeout_multiplier=3)
        self.observe([]).run(operation, target="svc", steps=[step], expected_call_time=10,
                             time_budget=100)
        self.assertEqual(seen, [100, 30, 90, 100])

    def test_its_own_error_ends_it_whatever_was_decided(self):
        recorder = self.observe([testing.retry(1.0)])
        with self.assertRaises(ValueError):
            recorder.run(failing(ValueError("x")), target="svc")
        self.assertEqual(recorder.reports, [("test-token", recourse.Outcome.FAILURE)])
        self.assertEqual([(d.decided, d.done) for d in self.disagreements], [("RETRY", "ENDED")])

    def test_an_open_circuit_gates_nothing(self):
        recorder = self.observe([])
        recorder.site("svc")
        recorder.sites.told("svc", False, recourse.CircuitState.OPEN, 60.0, recorder.now())
        self.assertEqual(recorder.run(failing(), target="svc"), "done")

    def test_a_loop_of_ones_own(self):
        recorder = self.observe([testing.retry(10.0)])
        watched = recorder.observe(target="svc")
        watched.failed(TimeoutError("x"))
        watched.retrying(0.5)
        watched.succeeded()
        self.assertEqual(recorder.reports, [("test-token", recourse.Outcome.SUCCESS)])
        self.assertEqual([(d.decided_delay, d.done_delay) for d in self.disagreements],
                         [(10.0, 0.5)])

    def test_a_block(self):
        for error, outcome in [(ValueError("x"), recourse.Outcome.FAILURE),
                               (KeyboardInterrupt(), recourse.Outcome.CANCELLED)]:
            recorder = self.observe([testing.give_up()])
            with self.assertRaises(type(error)):
                with recorder.observe(target="svc") as watched:
                    watched.failed(TimeoutError("first"))
                    raise error
            self.assertEqual(recorder.reports, [("test-token", outcome)])


if __name__ == "__main__":
    unittest.main()
