"""Statistics come from the server where there is one, else from the process."""
import unittest

import recourse
from recourse import testing
from server_process import Server, free_address, needs_server

STEPS = [recourse.RetryStep(max_retries=1, base_delay=0)]


def fail_once():
    errors = [TimeoutError("read timed out")]

    def operation():
        if errors:
            raise errors.pop()
    return operation


@needs_server
class StatisticsTest(unittest.TestCase):

    def test_the_servers_are_of_all_callers(self):
        with Server() as server:
            with recourse.Client(server.address, ask_timeout=30.0) as other:
                for _ in range(3):
                    other.run(fail_once(), target="svc", steps=STEPS)
                with self.assertRaises(KeyError):
                    other.run(lambda: {}["x"], target="svc2",
                              steps=[recourse.RetryStep(max_retries=0)])
            with recourse.Client(server.address) as client:  # The other's reports are sent.
                orchestrator = recourse.ErrorRecoveryOrchestrator(client=client)
                for window in ("all", recourse.StatisticsWindow.ONE_HOUR):
                    told = orchestrator.get_statistics(window)
                    self.assertEqual((told.source, told.total_attempts, told.recoveries),
                                     ("server", 4, 4))
                    self.assertEqual((told.successes, told.failures), (3, 1))
                    self.assertAlmostEqual(told.success_rate, 0.75)
                    self.assertAlmostEqual(told.failure_rate, 0.25)
                    retry = told.strategy_details[recourse.RecoveryStrategy.RETRY]
                    self.assertEqual((retry.uses, retry.success_rate), (3, 1.0))
                with self.assertRaisesRegex(ValueError, "2m"):
                    orchestrator.get_statistics("2m")

    def test_without_an_answer_they_are_the_processs_own(self):
        with recourse.Client(free_address()) as client:
            told = recourse.ErrorRecoveryOrchestrator(client=client).get_statistics()
        self.assertEqual((told.source, told.total_attempts), ("process", 0))
        orchestrator = recourse.ErrorRecoveryOrchestrator(client=testing.Recorder(None))
        self.assertEqual(orchestrator.get_statistics().source, "process")

    def test_a_server_that_knows_nothing_yet(self):
        with Server() as server, recourse.Client(server.address) as client:
            told = client.get_statistics(timeout=30.0)
        self.assertEqual((told.total_attempts, told.success_rate, told.coverage), (0, 1.0, 0.0))


if __name__ == "__main__":
    unittest.main()
