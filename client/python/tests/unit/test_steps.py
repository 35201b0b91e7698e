"""Steps that a caller gives, as they are checked, sent and carried out alone."""
import unittest

from recourse.v1 import pattern_pb2

from recourse import ErrorCorrectionStep, Fixer, RetryStep, Rewrite
from recourse.local_steps import LocalSteps, correct
from recourse.model import ErrorDetails
from recourse.wire import to_step


class RewriteTest(unittest.TestCase):

    def test_one_operation_is_needed(self):
        for bad in ({"pattern": "a"}, {"pattern": "a", "prepend": "x", "append": "y"},
                    {"pattern": "a", "replacement": "", "fixer": Fixer.JSON_REPAIR},
                    {"replacement": "x"}, {}):
            with self.subTest(bad=bad), self.assertRaisesRegex(ValueError, "a rewrite .*needs"):
                Rewrite(**bad)

    def test_every_fixer_of_the_server_has_its_name(self):
        self.assertEqual([f"FIXER_{fixer.name}" for fixer in Fixer],
                         [name for name in pattern_pb2.Fixer.keys() if name != "FIXER_UNSPECIFIED"])

    def test_what_is_sent(self):
        step = to_step(ErrorCorrectionStep(rewrites=(
            Rewrite(fixer=Fixer.PYTHON_TABS), Rewrite(r"^\{", fixer="json_repair"),
            Rewrite("a", replacement="")))).error_correction
        self.assertEqual(
            [(one.pattern, one.WhichOneof("operation"), one.fixer) for one in step.rewrites],
            [("", "fixer", pattern_pb2.FIXER_PYTHON_TABS),
             (r"^\{", "fixer", pattern_pb2.FIXER_JSON_REPAIR), ("a", "replacement", 0)])

    def test_alone_only_the_other_rewrites_change_something(self):
        fixer, other = Rewrite(fixer=Fixer.JSON_REPAIR), Rewrite("a", replacement="b")
        self.assertIsNone(correct(ErrorCorrectionStep(rewrites=(fixer,)), "{a"))
        self.assertEqual(correct(ErrorCorrectionStep(rewrites=(fixer, other)), "{a"), "{b")

    def test_time_outs_grow_up_to_a_day(self):
        step = RetryStep(max_retries=100, base_delay=0, timeout_multiplier=1000)
        local = LocalSteps([step], lambda: 0.5, expected_call_time=10)
        timeouts = [local.next(ErrorDetails(), "svc").action.timeout for _ in range(100)]
        self.assertEqual(timeouts[:3] + timeouts[-1:], [10_000, 86_400, 86_400, 86_400])
        for expected, multiplier in ((None, 2), (10, 1)):
            local = LocalSteps([RetryStep(timeout_multiplier=multiplier)], lambda: 0.5,
                               expected_call_time=expected)
            self.assertIsNone(local.next(ErrorDetails(), "svc").action.timeout)


if __name__ == "__main__":
    unittest.main()
