"""Guesses are never sent; a configuration by category is, once the server has
said what category it is."""
import unittest

import recourse
from recourse import FailureCategory, testing
from recourse.effects import Foresee
from recourse.model import Classification, Decision


class Foreseeing(testing.Recorder):
    """Says what category errors are of; None: it is silent."""

    def __init__(self, category, answers):
        super().__init__(answers)
        self.category = category

    def _foreseen(self):
        if self.category is None:
            return recourse.AskError("UNAVAILABLE", "as scripted")
        return Decision(recourse.Disposition.GIVE_UP,
                        classification=Classification(category=self.category))

    def start_call(self, effect):
        if isinstance(effect, Foresee):
            return testing._Answered(self._foreseen())  # pylint: disable=protected-access
        return super().start_call(effect)

    def foresee(self, details, options=None):
        answer = self._foreseen()
        return answer if isinstance(answer, Decision) else None


def fail():
    raise TimeoutError("timed out")


class PrecedenceTest(unittest.TestCase):

    def test_the_orchestrators_guess_is_not_sent(self):
        recorder = testing.Recorder([testing.retry(5.0), testing.give_up()])
        recourse.ErrorRecoveryOrchestrator(client=recorder).handle_error_sync(
            recourse.RecoveryContext(exception=TimeoutError("timed out")), operation=fail)
        self.assertEqual([q.steps for q in recorder.questions], [(), ()])
        self.assertEqual(recorder.waits, [5.0])

    def test_it_holds_while_the_server_is_silent(self):
        recorder = testing.Recorder(["UNAVAILABLE"] * 9)
        recourse.ErrorRecoveryOrchestrator(client=recorder, max_retries=2).handle_error_sync(
            recourse.RecoveryContext(exception=TimeoutError("timed out")), operation=fail)
        self.assertEqual(len(recorder.waits), 2)
        self.assertTrue(all(q.steps == () for q in recorder.questions))

    def test_an_explicit_strategy_is_sent(self):
        recorder = testing.Recorder([])
        orchestrator = recourse.ErrorRecoveryOrchestrator(client=recorder, max_retries=7)
        with self.assertRaises(TimeoutError):
            orchestrator.recoverable(recourse.ErrorType.TIMEOUT,
                                     recourse.RecoveryStrategy.RETRY)(fail)()
        self.assertEqual(recorder.questions[0].steps[0].max_retries, 7)

    def test_the_managers_configuration_is_sent_for_its_category_alone(self):
        config = {"timeout": recourse.RetryConfig(7)}
        for category, retries in ((FailureCategory.TIMEOUT, [7]),
                                  (FailureCategory.RESOURCE, [])):
            recorder = Foreseeing(category, [])
            manager = recourse.ErrorRecoveryManager(config, client=recorder)
            with self.subTest(category=category), self.assertRaises(TimeoutError):
                manager.retry_with_recovery(fail)
            self.assertEqual([s.max_retries for s in recorder.questions[0].steps], retries)
            self.assertEqual(manager.should_retry(TimeoutError("x"), 6), bool(retries))

    def test_a_server_that_does_not_say_the_category_is_not_asked_on(self):
        recorder = Foreseeing(None, [])
        manager = recourse.ErrorRecoveryManager({"timeout": recourse.RetryConfig(2)},
                                                client=recorder)
        with self.assertRaises(TimeoutError):
            manager.retry_with_recovery(fail)
        self.assertEqual((recorder.questions, len(recorder.waits)), ([], 2))

    def test_handlers_are_told_by_the_servers_category(self):
        seen = []
        recorder = testing.Recorder([testing.retry(0, classification=Classification(
            category=FailureCategory.RATE_LIMIT)), testing.give_up()])
        manager = recourse.ErrorRecoveryManager(client=recorder, handlers={
            category: lambda error, context, c=category: seen.append(c)
            for category in (FailureCategory.RATE_LIMIT, FailureCategory.TIMEOUT)})
        with self.assertRaises(TimeoutError):
            manager.retry_with_recovery(fail)
        self.assertEqual(seen, [FailureCategory.RATE_LIMIT])


if __name__ == "__main__":
    unittest.main()
