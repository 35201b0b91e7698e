"""What an error is taken to be where nobody can be asked: a short rule table.
The server knows many times more."""
from __future__ import annotations

import errno
import re
from typing import Optional, Sequence, Tuple

from recourse.describe import describe
from recourse.enums import ErrorType, FailureCategory, RecoveryStrategy, Severity
from recourse.model import Classification, ErrorDetails

_C = FailureCategory
# Category -> (severity, retryable, what a person should do).
_MEANING = {
    _C.TRANSIENT: (Severity.MEDIUM, True, "Retry with backoff"),
    _C.CONNECTION: (Severity.MEDIUM, True, "Check service, retry with backoff"),
    _C.TIMEOUT: (Severity.MEDIUM, True, "Increase timeout, retry"),
    _C.RATE_LIMIT: (Severity.LOW, True, "Wait and retry"),
    _C.AUTHENTICATION: (Severity.HIGH, False, "Refresh credentials or ask for the rights"),
    _C.INTEGRITY: (Severity.HIGH, False, "Fetch the data again"),
    _C.RESOURCE: (Severity.HIGH, False, "Clear caches, use smaller model"),
    _C.CONCURRENCY: (Severity.LOW, True, "Retry shortly"),
    _C.PERMANENT: (Severity.HIGH, False, "Fix input validation"),
    _C.UNKNOWN: (Severity.MEDIUM, False, "Look at the error; add a pattern for it"),
}
_TYPES = {
    _C.TIMEOUT: ErrorType.TIMEOUT, _C.CONNECTION: ErrorType.NETWORK,
    _C.TRANSIENT: ErrorType.NETWORK, _C.RATE_LIMIT: ErrorType.RATE_LIMIT,
    _C.AUTHENTICATION: ErrorType.SECURITY, _C.INTEGRITY: ErrorType.VALIDATION,
    _C.PERMANENT: ErrorType.VALIDATION,
}
_STATUS = {408: _C.TIMEOUT, 409: _C.CONCURRENCY, 423: _C.CONCURRENCY, 401: _C.AUTHENTICATION,
           403: _C.AUTHENTICATION, 407: _C.AUTHENTICATION, 429: _C.RATE_LIMIT,
           507: _C.RESOURCE}
_GRPC = {"UNAVAILABLE": _C.CONNECTION, "DEADLINE_EXCEEDED": _C.TIMEOUT,
         "RESOURCE_EXHAUSTED": _C.RATE_LIMIT, "UNAUTHENTICATED": _C.AUTHENTICATION,
         "PERMISSION_DENIED": _C.AUTHENTICATION, "ABORTED": _C.CONCURRENCY,
         "DATA_LOSS": _C.INTEGRITY, "INTERNAL": _C.TRANSIENT, "UNKNOWN": _C.UNKNOWN}
_RESOURCE_ERRNO = (errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EDQUOT)
# In this order.  Words that say more come before words that say less.
_WORDS: Sequence[Tuple[str, FailureCategory]] = tuple((f"(?i){text}", category) for text, category in (
    (r"model\b.{0,60}\bnot found|no such model", _C.PERMANENT),
    (r"rate.?limit|too many requests|\b429\b", _C.RATE_LIMIT),
    (r"checksum|hash mismatch|digest mismatch|corrupt|integrity", _C.INTEGRITY),
    (r"deadlock|lock (?:wait )?time|could not obtain lock|database is locked|"
     r"could not serialize|conflict", _C.CONCURRENCY),
    (r"no space left|disk full|out of memory|quota exceeded|context length", _C.RESOURCE),
    (r"unauthori[sz]ed|forbidden|invalid api key|permission denied|access denied|"
     r"authentication", _C.AUTHENTICATION),
    (r"timed? ?out|deadline exceeded", _C.TIMEOUT),
    (r"connection (?:refused|reset|aborted|closed|error)|unreachable|name resolution|"
     r"broken pipe", _C.CONNECTION),
    (r"\b50[0234]\b|service unavailable|temporarily|overloaded|try again", _C.TRANSIENT),
))
_PERMANENT_TYPES = (ValueError, TypeError, LookupError, AttributeError, NotImplementedError,
                    SyntaxError, NameError, FileNotFoundError, ArithmeticError)


def classify(error: BaseException, details: Optional[ErrorDetails] = None) -> Classification:
    """What the error is taken to be."""
    details = details or describe(error)
    category = _category(error, details)
    severity, retryable, action = _MEANING[category]
    if isinstance(error, MemoryError):
        severity = Severity.CRITICAL
    if re.search(_WORDS[0][0], details.message):
        action = "Pull model or use fallback"
    return Classification(
        _TYPES.get(category, ErrorType.UNKNOWN), category, severity, retryable,
        confidence=0.0 if category is _C.UNKNOWN else 0.5, suggested_action=action,
        recommended_strategy=RecoveryStrategy.RETRY if retryable else RecoveryStrategy.NONE)


def _category(error: BaseException, details: ErrorDetails) -> FailureCategory:
    by_code = _by_code(details)
    if by_code is not None:
        return by_code
    if isinstance(error, MemoryError) or \
            (isinstance(error, OSError) and error.errno in _RESOURCE_ERRNO):
        return _C.RESOURCE
    if isinstance(error, PermissionError):
        return _C.AUTHENTICATION
    name = details.exception_type.rsplit(".", 1)[-1]
    if isinstance(error, TimeoutError) or re.search(r"Time(?:d)?[oO]ut", name):
        return _C.TIMEOUT
    if isinstance(error, ConnectionError) or re.search(r"Connect(?:ion)?Error$", name):
        return _C.CONNECTION
    for words, category in _WORDS:
        if re.search(words, details.message):
            return category
    return _C.PERMANENT if isinstance(error, _PERMANENT_TYPES) else _C.UNKNOWN


def _by_code(details: ErrorDetails) -> Optional[FailureCategory]:
    status = details.http_status
    if status in _STATUS:
        return _STATUS[status]
    if status >= 500:
        return _C.TRANSIENT
    if status >= 400:
        return _C.PERMANENT
    return _GRPC.get(details.grpc_code, _C.PERMANENT) if details.grpc_code else None
