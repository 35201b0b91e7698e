"""Samples of the code generation guide, decided by a real server: what patterns
say in their metadata travels there, and comes back as decisions."""
import contextlib
import unittest
from unittest import mock

import recourse
from recourse import client as client_module
from recourse import testing
from samples import test_codegen
from samples.sample import no_sleep
from server_process import Server, needs_server


class OnServer:
    """Runs the samples of a class by a server of its own; nothing sleeps."""

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.told = []
        server = stack.enter_context(Server())
        self.clock = testing.FakeClock()
        self.client = stack.enter_context(client_module.using(recourse.Client(
            server.address, clock=self.clock, ask_timeout=30.0, on_decision=self.told.append)))
        stack.enter_context(mock.patch("asyncio.sleep", no_sleep))
        # Each pattern is at the server before it is needed, however busy the machine.
        stack.enter_context(mock.patch.object(client_module, "LOOP_SECONDS", 30.0))
        self.recorded = mock.Mock(waits=self.clock.waits)

    def tearDown(self):
        self.assertEqual([d for d in self.told if d.local], [])


@needs_server
class StrategiesOnServer(OnServer, test_codegen.Strategies):

    DECIDED = {"test_retry": ("api_fetch_timeout", "RETRY", 2),
               "test_alternative_path": ("template_render_failure", "ALTERNATIVE_PATH", 2),
               "test_alternative_models": ("llm_model_failure", "ALTERNATIVE_PATH", 2),
               "test_graceful_degradation":
                   ("complex_generation_timeout", "GRACEFUL_DEGRADATION", 3),
               # The first of four that match; it holds the others' corrections.
               "test_error_correction": ("syntax_incorrect_indentation", "ERROR_CORRECTION", 1)}

    def tearDown(self):
        super().tearDown()
        wanted = self.DECIDED.get(self._testMethodName)
        if wanted is not None:
            pattern, strategy, count = wanted
            self.assertEqual([(d.classification.pattern_id, d.strategy_used.name)
                              for d in self.told], [(pattern, strategy)] * count)

    def test_escalation(self):
        from recourse.v1 import incidents_pb2  # pylint: disable=import-outside-toplevel
        orchestrator = self.orchestrator()
        orchestrator.add_error_pattern(recourse.ErrorPattern(
            "security_validation_failure", recourse.ErrorType.SECURITY,
            r"Security.*failed|Vulnerability.*detected", recourse.RecoveryStrategy.ESCALATION,
            {"description": "Security validation failed", "priority": "critical",
             "assignee": "security-team"}))
        result = orchestrator.handle_error_sync(recourse.RecoveryContext(
            node_name="validator", exception=ValueError("Security scan failed")))
        self.assertEqual((result.success, result.strategy_used),
                         (False, recourse.RecoveryStrategy.ESCALATION))
        [incident] = self.client.link().incidents.ListIncidents(
            incidents_pb2.ListIncidentsRequest(), timeout=30).incidents
        self.assertEqual(incident.incident_id, result.decision.action.incident_id)
        self.assertEqual((incident.assignee, incident.priority),
                         ("security-team", recourse.wire.enums_pb2.SEVERITY_CRITICAL))


@needs_server
class QuickStartOnServer(OnServer, test_codegen.QuickStart):
    test_nothing_helps = None  # The circuit opens first.

    def test_a_changed_pattern_decides_at_once(self):
        orchestrator = self.orchestrator()

        def recover(retries, base_delay):
            orchestrator.add_error_pattern(recourse.ErrorPattern(
                "api_timeout", recourse.ErrorType.NETWORK, "TimeoutError",
                recourse.RecoveryStrategy.RETRY,
                {"max_retries": retries, "base_delay": base_delay}))
            self.told.clear()
            self.clock.waits.clear()
            failures = [TimeoutError("Read timeout")]

            def operation():
                if failures:
                    raise failures.pop()
                return "answer"
            self.assertTrue(orchestrator.handle_error_sync(recourse.RecoveryContext(
                exception=TimeoutError("Read timeout")), operation=operation).success)
            self.assertEqual({d.action.max_attempts for d in self.told}, {retries})
            self.assertEqual(self.clock.waits, [base_delay, 2 * base_delay])
        recover(5, 2.0)
        recover(3, 0.5)


@needs_server
class ClassifierOnServer(OnServer, unittest.TestCase):

    def test_what_the_library_knows(self):
        info = recourse.ErrorClassifier().classify(
            ValueError("insufficient_quota: You exceeded your current quota"))
        self.assertEqual((info.category, info.pattern_id, info.retryable),
                         (recourse.FailureCategory.RESOURCE, "openai_insufficient_quota", False))
        info = recourse.ErrorClassifier().classify(ConnectionResetError(104, "reset by peer"))
        self.assertEqual((info.category, info.retryable),
                         (recourse.FailureCategory.CONNECTION, True))

    def test_a_pattern_of_ones_own_classifies(self):
        orchestrator = recourse.ErrorRecoveryOrchestrator()
        orchestrator.add_error_pattern(recourse.ErrorPattern(
            "gizmo", recourse.ErrorType.CUSTOM, "gizmo jammed", recourse.RecoveryStrategy.RETRY,
            category=recourse.FailureCategory.CONCURRENCY, severity=recourse.Severity.LOW,
            suggested_action="Shake it"))
        info = recourse.ErrorClassifier().classify(ValueError("gizmo jammed"))
        self.assertEqual((info.category, info.severity, info.suggested_action, info.pattern_id),
                         (recourse.FailureCategory.CONCURRENCY, recourse.Severity.LOW, "Shake it",
                          "gizmo"))
        self.assertTrue(recourse.ErrorRecoveryManager().should_retry(ValueError("gizmo jammed"), 0))
        orchestrator.remove_error_pattern("gizmo")
        info = recourse.ErrorClassifier().classify(ValueError("gizmo jammed"))
        self.assertEqual(info.pattern_id, "")


if __name__ == "__main__":
    unittest.main()
