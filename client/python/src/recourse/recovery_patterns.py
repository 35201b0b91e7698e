"""Patterns for common errors, to be added as a whole or by name."""
from __future__ import annotations

from typing import Dict, Iterator, List, Union

from recourse.enums import ErrorType, RecoveryStrategy
from recourse.patterns import ErrorPattern

_T, _S = ErrorType, RecoveryStrategy


class PatternSet:
    """Patterns in order: iterate them, or take one by its id or number."""

    def __init__(self, *patterns: ErrorPattern) -> None:
        self._patterns: List[ErrorPattern] = list(patterns)
        self._by_id: Dict[str, ErrorPattern] = {p.pattern_id: p for p in patterns}

    def __iter__(self) -> Iterator[ErrorPattern]:
        return iter(self._patterns)

    def __len__(self) -> int:
        return len(self._patterns)

    def __getitem__(self, key: Union[str, int]) -> ErrorPattern:
        return self._patterns[key] if isinstance(key, int) else self._by_id[key]


COMMON_NETWORK_PATTERNS = PatternSet(
    ErrorPattern("connection_timeout", _T.NETWORK, r"ConnectionTimeout|ConnectTimeout", _S.RETRY,
                 {"max_retries": 3, "base_delay": 2.0}),
    ErrorPattern("read_timeout", _T.NETWORK, r"ReadTimeout|Socket.*timeout", _S.RETRY,
                 {"max_retries": 5, "base_delay": 1.0}),
    ErrorPattern("connection_refused", _T.NETWORK, r"ConnectionRefused|Connection.*refused",
                 _S.ESCALATION))

COMMON_SYNTAX_PATTERNS = PatternSet(
    ErrorPattern("missing_async", _T.SYNTAX, r"SyntaxError.*'await'.*outside.*async",
                 _S.ERROR_CORRECTION, {"pattern": r"def (execute_\w+)\(",
                                       "replacement": r"async def \1("}),
    ErrorPattern("missing_import", _T.SYNTAX, r"NameError.*not defined", _S.ERROR_CORRECTION,
                 {"add_imports": True}))

COMMON_VALIDATION_PATTERNS = PatternSet(
    ErrorPattern("quality_threshold", _T.VALIDATION,
                 r"(?i)\bquality\b.{0,40}(?:below|under|less than|not met|failed)",
                 _S.GRACEFUL_DEGRADATION,
                 {"level_1": {"optional_mixins": True, "performance_metrics": True},
                  "level_2": {"optional_mixins": True, "full_validation": True,
                              "ai_quorum": True}}),
    ErrorPattern("schema_validation", _T.VALIDATION, r"(?i)schema validation failed|"
                 r"does not conform to schema", _S.ESCALATION))

COMMON_TIMEOUT_PATTERNS = PatternSet(
    ErrorPattern("llm_timeout", _T.TIMEOUT, r"(?i)\b(?:LLM|language model)\b.{0,80}time(?:d )?-?out",
                 _S.ALTERNATIVE_PATH, priority=100),
    ErrorPattern("generic_timeout", _T.TIMEOUT, r"(?i)time(?:d )?-?out|TimeoutError", _S.RETRY,
                 {"max_retries": 3, "base_delay": 1.0}))
