"""Recourse: what to do when something that was called has failed.

Try; if it fails, ask; do what the answer says; report once at the end:

    import recourse

    recourse.configure("127.0.0.1:50051", caller="orders")

    @recourse.recover(target="payments/charge", idempotency="not_idempotent")
    def charge(order): ...

Without `configure` everything works locally, by what the decorators say.
"""
from recourse.client import Client, configure, default_client
from recourse.enums import (Backoff, CircuitState, Disposition, ErrorType, FailureCategory,
                            Idempotency, Jitter, Mode, Outcome, RecoveryStrategy,
                            ResolutionAction, Severity)
from recourse.errors import (AskError, Cancelled, CircuitOpenError, RecourseError,
                             RemediationError, Skipped, decision_of)
from recourse.model import (Alternative, Attempt, Decision, Disagreement, Edit, ErrorDetails,
                            Recovered)
from recourse.options import Options
from recourse.recovering import recover
from recourse.steps import (AlternativePathStep, DegradationLevel, ErrorCorrectionStep,
                            EscalationStep, GracefulDegradationStep, RetryStep, Rewrite)
