"""Recourse: what to do when something that was called has failed.

Try; if it fails, ask; do what the answer says; report once at the end:

    import recourse

    recourse.configure("127.0.0.1:50051", caller="orders")

    @recourse.recover(target="payments/charge", idempotency="not_idempotent")
    def charge(order): ...

Without `configure` everything works locally, by what the decorators say.
"""
from recourse.batch import BatchResult, run_batch, run_batch_async
from recourse.checkpoints import Checkpoints
from recourse.circuit_breaker import CircuitBreaker
from recourse.classifier import ErrorClassifier, ErrorInfo
from recourse.client import Client, configure, default_client
from recourse.context import RecoveryContext
from recourse.decorators import (fallback, recover, recoverable, retry, with_circuit_breaker,
                                 with_retry)
from recourse.degradation import GracefulDegradation
from recourse.enums import (Backoff, CircuitState, Disposition, ErrorType, FailureCategory,
                            Fixer, Idempotency, Jitter, Mode, Outcome, RecoveryStrategy,
                            ResolutionAction, Severity, StatisticsWindow)
from recourse.error_recovery_manager import ErrorRecoveryManager
from recourse.errors import (AskError, Cancelled, CircuitOpenError, InvalidValue, RecourseError,
                             RemediationError, Skipped, decision_of)
from recourse.health import HealthCheck, HealthStatus
from recourse.metrics import MetricsCollector
from recourse.model import (Alternative, Attempt, Decision, Disagreement, Edit, ErrorDetails,
                            Recovered)
from recourse.monitoring import AlertManager, HealthChecker
from recourse.options import Options
from recourse.orchestrator import ErrorRecoveryOrchestrator
from recourse.patterns import ErrorPattern
from recourse.policy import (ErrorRecoveryExecutor, ErrorRecoveryPolicy, ErrorStrategy, ToolRegistry,
                             registry)
from recourse.recovery_patterns import (COMMON_NETWORK_PATTERNS, COMMON_SYNTAX_PATTERNS,
                                        COMMON_TIMEOUT_PATTERNS, COMMON_VALIDATION_PATTERNS)
from recourse.recovery_manager import RecoveryManager
from recourse.retry_strategy import RetryConfig, RetryStrategy
from recourse.steps import (AlternativePathStep, DegradationLevel, ErrorCorrectionStep,
                            EscalationStep, GracefulDegradationStep, RetryStep, Rewrite)
from recourse.strategies import (AlternativePathStrategy, BaseRecoveryStrategy,
                                 ErrorCorrectionStrategy, EscalationStrategy,
                                 GracefulDegradationStrategy, RecoveryResult)

__all__ = [
    "AlertManager", "Alternative", "AlternativePathStep", "AlternativePathStrategy", "AskError",
    "Attempt", "Backoff", "BaseRecoveryStrategy", "BatchResult", "COMMON_NETWORK_PATTERNS",
    "COMMON_SYNTAX_PATTERNS", "COMMON_TIMEOUT_PATTERNS", "COMMON_VALIDATION_PATTERNS",
    "Cancelled", "Checkpoints", "CircuitBreaker", "CircuitOpenError", "CircuitState", "Client",
    "Decision", "DegradationLevel", "Disagreement", "Disposition", "Edit", "ErrorClassifier",
    "ErrorCorrectionStep", "ErrorCorrectionStrategy", "ErrorDetails", "ErrorInfo", "ErrorPattern",
    "ErrorRecoveryExecutor", "ErrorRecoveryManager", "ErrorRecoveryOrchestrator",
    "ErrorRecoveryPolicy", "ErrorStrategy", "ErrorType", "EscalationStep", "EscalationStrategy",
    "FailureCategory", "Fixer", "GracefulDegradation", "GracefulDegradationStep",
    "GracefulDegradationStrategy", "HealthCheck", "HealthChecker", "HealthStatus", "Idempotency",
    "InvalidValue", "Jitter", "MetricsCollector", "Mode", "Options", "Outcome", "RecourseError", "Recovered",
    "RecoveryContext", "RecoveryManager", "RecoveryResult", "RecoveryStrategy",
    "RemediationError", "ResolutionAction", "RetryConfig", "RetryStep", "RetryStrategy",
    "Rewrite", "Severity", "Skipped", "StatisticsWindow", "ToolRegistry", "configure", "decision_of",
    "default_client", "fallback", "recover", "recoverable", "registry", "retry", "run_batch",
    "run_batch_async", "with_circuit_breaker", "with_retry",
]
