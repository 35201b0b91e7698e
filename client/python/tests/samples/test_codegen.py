"""Samples of the code generation guide: the orchestrator with its patterns,
the five strategies, one's own, statistics, monitoring."""
import asyncio
import enum
import logging
import os
import time
import types
import unittest
from typing import Any, Callable, Optional

import recourse
from samples.sample import SampleCase, flaky_async

TemplateType = enum.Enum("TemplateType", "EFFECT COMPUTE")


class Templates:
    """A template manager of which only some templates work."""

    def __init__(self, *broken):
        self.broken = broken
        self.asked = []

    async def render_template(self, template_id, context=None):
        self.asked.append(template_id)
        if template_id in self.broken:
            raise RuntimeError(f"Template {template_id} render failed")
        return f"rendered {template_id}"


class CodegenCase(SampleCase):

    def orchestrator(self, **settings):
        return recourse.ErrorRecoveryOrchestrator(**settings)

    SETUP = """
        from recourse import (
            ErrorRecoveryOrchestrator,
            RecoveryContext,
            ErrorPattern,
            ErrorType,
            RecoveryStrategy,
        )
        orchestrator = ErrorRecoveryOrchestrator()
        """

    def run_after_setup(self, text, **given):
        names = self.run_sample(self.SETUP)
        return self.run_sample(text, **{**names, **given})


class QuickStart(CodegenCase):

    SAMPLE = """
        from recourse import (
            ErrorRecoveryOrchestrator,
            RecoveryContext,
            ErrorPattern,
            ErrorType,
            RecoveryStrategy,
        )
        from recourse import MetricsCollector

        # Initialize components
        metrics = MetricsCollector()
        signals = SignalCoordinator(state, metrics)

        # Create orchestrator
        orchestrator = ErrorRecoveryOrchestrator(
            metrics_collector=metrics,
            signal_coordinator=signals,
            max_retries=3,
            base_delay=1.0,
        )

        # Add error patterns (optional - defaults provided)
        orchestrator.add_error_pattern(ErrorPattern(
            pattern_id="api_timeout",
            error_type=ErrorType.NETWORK,
            regex_pattern=r"TimeoutError|ReadTimeout|ConnectTimeout",
            recovery_strategy=RecoveryStrategy.RETRY,
            metadata={"max_retries": 5, "base_delay": 2.0},
        ))

        # Execute workflow with error recovery
        try:
            result = await generate_code(contract)

        except Exception as e:
            # Create recovery context
            context = RecoveryContext(
                workflow_id="codegen-session-1",
                node_name="model_generator",
                step_count=5,
                state={"contract": contract},
                exception=e,
            )

            # Attempt recovery
            recovery_result = await orchestrator.handle_error(context)

            if recovery_result.success:
                print(f"Recovered using {recovery_result.strategy_used}")
                result = recovery_result.result
            else:
                print(f"Recovery failed: {recovery_result.error_message}")
                raise
        """

    def test_set_up_and_handling_errors(self):
        signals = []
        names = self.run_sample(
            self.SAMPLE, state={}, contract="c",
            SignalCoordinator=lambda state, metrics: types.SimpleNamespace(
                emit=lambda name, result: signals.append(name)),
            generate_code=flaky_async(*[TimeoutError("Read timeout")] * 3, answer="code"))
        self.assertEqual(names["result"], "code")
        self.assertEqual(self.printed, "Recovered using retry\n")
        self.assertEqual(self.recorded.waits, [2.0, 4.0, 8.0])
        self.assertEqual(signals, ["recovery_success"])
        self.assertEqual(names["metrics"].success_rate(), 100.0)

    def test_nothing_helps(self):
        with self.assertRaises(TimeoutError):
            self.run_sample(
                self.SAMPLE, state={}, contract="c",
                SignalCoordinator=lambda state, metrics: None,
                generate_code=flaky_async(*[TimeoutError("Read timeout")] * 9))
        self.assertEqual(self.recorded.waits, [2.0, 4.0, 8.0, 16.0, 32.0])

    def test_quick_recovery_patterns(self):
        for error_recovery in (recourse, self.orchestrator()):
            names = self.run_sample("""
                from recourse import ErrorType, RecoveryStrategy

                # Retry network errors
                @error_recovery.recoverable(ErrorType.NETWORK, RecoveryStrategy.RETRY)
                async def fetch_from_api(url: str) -> dict:
                    return await http_client.get(url)

                # Try alternatives on validation failure
                @error_recovery.recoverable(ErrorType.VALIDATION, RecoveryStrategy.ALTERNATIVE_PATH)
                async def generate_with_template(template_id: str, context: dict) -> str:
                    return await template_manager.render_template(template_id, context)

                # Graceful degradation for complex operations
                @error_recovery.recoverable(ErrorType.GENERATION, RecoveryStrategy.GRACEFUL_DEGRADATION)
                async def generate_complex_model(contract: dict) -> str:
                    return await complex_generator.generate(contract)
                """, error_recovery=error_recovery, template_manager=Templates(),
                http_client=types.SimpleNamespace(get=flaky_async(ConnectionError("reset"))),
                complex_generator=types.SimpleNamespace(generate=flaky_async(answer="model")))
            self.assertEqual(asyncio.run(names["fetch_from_api"]("/x")), "answer")
            self.assertEqual(asyncio.run(names["generate_with_template"]("t", {})), "rendered t")
            self.assertEqual(asyncio.run(names["generate_complex_model"]({})), "model")


class Strategies(CodegenCase):

    def test_configurations(self):
        names = self.run_sample("""
            from recourse import RetryStrategy
            from recourse import AlternativePathStrategy
            from recourse import GracefulDegradationStrategy
            from recourse import ErrorCorrectionStrategy
            from recourse import EscalationStrategy

            # Default retry strategy
            strategy = RetryStrategy(
                max_retries=3,
                base_delay=1.0,  # Base delay: 1s
            )

            # Aggressive retry (more retries, longer delays)
            aggressive_strategy = RetryStrategy(
                max_retries=5,
                base_delay=2.0,  # Delays: 2s, 4s, 8s, 16s, 32s
            )

            # Define alternatives
            alternatives = [
                ("node_effect_v2", TemplateType.EFFECT),      # Try v2 first
                ("node_effect_v1_fallback", TemplateType.EFFECT),  # Fallback to v1
                ("node_effect_simple", TemplateType.EFFECT),   # Simplest version
            ]

            alternative_strategy = AlternativePathStrategy(
                alternatives=alternatives,
            )

            # Define degradation steps
            degradation_steps = [
                "remove_optional_mixins",
                "simplify_validation",
                "skip_ai_quorum",
                "disable_performance_profiling",
                "use_basic_templates",
            ]

            degradation_strategy = GracefulDegradationStrategy(
                degradation_steps=degradation_steps,
            )

            # Define corrections
            corrections = {
                "missing_async": {
                    "pattern": r"def (execute_\\w+)\\(",
                    "replacement": r"async def \\1(",
                },
                "missing_typing_import": {
                    "pattern": r"^(class Node\\w+)",
                    "prepend": "from typing import Any, Optional\\n\\n",
                },
                "missing_await": {
                    "pattern": r"([^await\\s])(\\w+\\.execute\\w+\\()",
                    "replacement": r"\\1await \\2",
                },
            }

            correction_strategy = ErrorCorrectionStrategy(
                corrections=corrections,
            )

            # Define escalation config
            escalation_config = {
                "notification_channel": "slack",
                "slack_webhook": "https://hooks.slack.com/...",
                "priority": "high",
                "assignee": "code-generation-team",
                "pause_workflow": True,
            }

            escalation_strategy = EscalationStrategy(
                escalation_config=escalation_config,
            )
            """, TemplateType=TemplateType)
        self.assertEqual([a.name for a in names["alternative_strategy"].steps[0].alternatives],
                         ["node_effect_v2", "node_effect_v1_fallback", "node_effect_simple"])
        levels = names["degradation_strategy"].steps[0].levels
        self.assertEqual([len(level.disable_features) for level in levels], [1, 2, 3, 4, 5])
        self.assertEqual(len(names["correction_strategy"].steps[0].rewrites), 3)
        escalation = names["escalation_strategy"].steps[0]
        self.assertEqual((escalation.channels, escalation.priority, escalation.pause_workflow),
                         (["slack"], recourse.Severity.HIGH, True))
        self.assertEqual(names["aggressive_strategy"].config.delay(4, 0.5), 32.0)

    def test_retry(self):
        names = self.run_after_setup("""
            # Define operation to retry
            async def fetch_contract(contract_id: str) -> dict:
                \"\"\"Fetch contract from API (may fail transiently).\"\"\"
                response = await http_client.get(f"/contracts/{contract_id}")
                return response.json()

            # Add retry pattern
            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="api_fetch_timeout",
                error_type=ErrorType.NETWORK,
                regex_pattern=r"TimeoutError|ReadTimeout|ConnectTimeout",
                recovery_strategy=RecoveryStrategy.RETRY,
                metadata={
                    "max_retries": 5,
                    "base_delay": 2.0,
                    "operation": fetch_contract,
                },
            ))

            # Automatic retry on timeout
            try:
                contract = await fetch_contract("contract-123")
            except TimeoutError as e:
                context = RecoveryContext(
                    workflow_id="fetch-contract",
                    node_name="api_client",
                    exception=e,
                )
                recovery_result = await orchestrator.handle_error(context)
                contract = recovery_result.result
            """, http_client=types.SimpleNamespace(get=flaky_async(
                TimeoutError("1"), TimeoutError("2"),
                answer=types.SimpleNamespace(json=lambda: {"id": 123}))))
        self.assertEqual(names["contract"], {"id": 123})
        self.assertEqual(names["http_client"].get.calls, [(("/contracts/contract-123",), {})] * 3)

    def test_alternative_path(self):
        names = self.run_after_setup("""
            # Define alternative templates
            TEMPLATE_ALTERNATIVES = {
                "node_effect": [
                    ("node_effect_v2", TemplateType.EFFECT),
                    ("node_effect_v1", TemplateType.EFFECT),
                    ("node_effect_basic", TemplateType.EFFECT),
                ],
                "node_compute": [
                    ("node_compute_v2", TemplateType.COMPUTE),
                    ("node_compute_v1", TemplateType.COMPUTE),
                ],
            }

            # Add alternative path pattern
            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="template_render_failure",
                error_type=ErrorType.VALIDATION,
                regex_pattern=r"Template.*render.*failed|Jinja2.*error",
                recovery_strategy=RecoveryStrategy.ALTERNATIVE_PATH,
                metadata={
                    "alternatives": TEMPLATE_ALTERNATIVES["node_effect"],
                },
            ))

            # Automatic fallback to alternative templates
            try:
                result = await template_manager.render_template(
                    "node_effect_v2",
                    context={"node_name": "MyEffect"},
                )
            except Exception as e:
                context = RecoveryContext(
                    workflow_id="render-template",
                    node_name="template_manager",
                    exception=e,
                    state={"template_id": "node_effect_v2"},
                )
                recovery_result = await orchestrator.handle_error(context)
                result = recovery_result.result  # Rendered with alternative template
            """, TemplateType=TemplateType,
            template_manager=Templates("node_effect_v2", "node_effect_v1"))
        self.assertEqual(names["result"], "rendered node_effect_basic")
        self.assertEqual(names["template_manager"].asked,
                         ["node_effect_v2", "node_effect_v1", "node_effect_basic"])

    def test_alternative_models(self):
        asked = []

        class Llm:
            async def generate(self, prompt, model):
                asked.append(model)
                if model != "claude-3":
                    raise RuntimeError(f"Model {model} unavailable")
                return f"{model}: {prompt}"
        names = self.run_after_setup("""
            # Define alternative LLM models
            MODEL_ALTERNATIVES = [
                ("gemini-1.5-pro", "primary"),
                ("gpt-4", "secondary"),
                ("claude-3", "tertiary"),
            ]

            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="llm_model_failure",
                error_type=ErrorType.AI_SERVICE,
                regex_pattern=r"Model.*unavailable|API.*error|Service.*down",
                recovery_strategy=RecoveryStrategy.ALTERNATIVE_PATH,
                metadata={
                    "model_alternatives": MODEL_ALTERNATIVES,
                },
            ))

            # Fallback across multiple LLM providers
            try:
                result = await llm_client.generate(prompt, model="gemini-1.5-pro")
            except Exception as e:
                # Try gpt-4, then claude-3
                recovery_result = await orchestrator.handle_error(RecoveryContext(exception=e))
                result = recovery_result.result
            """, llm_client=Llm(), prompt="hi")
        self.assertEqual(names["result"], "claude-3: hi")
        self.assertEqual(asked, ["gemini-1.5-pro", "gpt-4", "claude-3"])

    def test_graceful_degradation(self):
        seen = []

        async def generate_complex_model(contract, mixins=(), enable_ai_quorum=False,
                                         enable_profiling=False):
            seen.append((list(mixins), enable_ai_quorum, enable_profiling))
            if enable_profiling:
                raise TimeoutError("Generation timeout")
            return "model"
        names = self.run_after_setup("""
            # Define degradation configuration
            DEGRADATION_CONFIG = {
                "level_1": {  # Minor degradation
                    "remove_optional_mixins": True,
                    "skip_performance_metrics": True,
                },
                "level_2": {  # Moderate degradation
                    "remove_optional_mixins": True,
                    "simplify_validation": True,
                    "skip_ai_quorum": True,
                },
                "level_3": {  # Major degradation
                    "use_basic_template": True,
                    "skip_all_validation": True,
                    "disable_profiling": True,
                },
            }

            # Add degradation pattern
            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="complex_generation_timeout",
                error_type=ErrorType.TIMEOUT,
                regex_pattern=r"Generation.*timeout|exceeded.*time limit",
                recovery_strategy=RecoveryStrategy.GRACEFUL_DEGRADATION,
                metadata=DEGRADATION_CONFIG,
            ))

            # Automatic degradation on timeout
            try:
                result = await generate_complex_model(
                    contract=contract,
                    mixins=["LoggingMixin", "MetricsMixin", "CachingMixin"],
                    enable_ai_quorum=True,
                    enable_profiling=True,
                )
            except TimeoutError as e:
                # Progressively remove features until generation succeeds
                recovery_result = await orchestrator.handle_error(RecoveryContext(exception=e))
                result = recovery_result.result  # Generated with reduced features
            """, generate_complex_model=generate_complex_model, contract={})
        self.assertEqual(names["result"], "model")
        mixins = ["LoggingMixin", "MetricsMixin", "CachingMixin"]
        self.assertEqual(seen, [(mixins, True, True), ([], True, True), ([], False, True),
                                (mixins, True, False)])

    def test_error_correction(self):
        class Validator:
            async def validate_code(self, code):
                if "async def execute_" not in code:
                    raise SyntaxError("'await' outside async function")
                return code
        names = self.run_after_setup("""
            # Common error corrections
            COMMON_CORRECTIONS = {
                "missing_async": {
                    "description": "Add async keyword to execute methods",
                    "pattern": r"def (execute_\\w+)\\(",
                    "replacement": r"async def \\1(",
                    "validation": "check_for_async_methods",
                },

                "missing_typing_import": {
                    "description": "Add typing module imports",
                    "pattern": r"^(class Node\\w+)",
                    "prepend": (
                        "from typing import Any, Dict, List, Optional\\n"
                        "from dataclasses import dataclass\\n\\n"
                    ),
                },

                "missing_await": {
                    "description": "Add await keyword for async calls",
                    "pattern": r"([^await\\s])(\\w+\\.execute\\w+\\()",
                    "replacement": r"\\1await \\2",
                },

                "incorrect_indentation": {
                    "description": "Fix indentation (4 spaces)",
                    "pattern": r"^  ([^\\s])",  # 2 spaces
                    "replacement": r"    \\1",  # 4 spaces
                },
            }

            # Add correction patterns
            for correction_id, correction in COMMON_CORRECTIONS.items():
                orchestrator.add_error_pattern(ErrorPattern(
                    pattern_id=f"syntax_{correction_id}",
                    error_type=ErrorType.SYNTAX,
                    regex_pattern=correction.get("error_regex", "SyntaxError"),
                    recovery_strategy=RecoveryStrategy.ERROR_CORRECTION,
                    metadata=correction,
                ))

            # Automatic error correction
            generated_code = '''
            class NodeMyEffect(NodeEffect):
                def execute_effect(self, context: dict) -> dict:
                    result = self.process_data(context)
                    return result
            '''

            # Missing "async" keyword: automatically corrected
            try:
                validated = await validator.validate_code(generated_code)
            except SyntaxError as e:
                recovery_result = await orchestrator.handle_error(RecoveryContext(exception=e))
                corrected_code = recovery_result.result
            """, validator=Validator())
        self.assertIn("    async def execute_effect(self, context: dict) -> dict:",
                      names["corrected_code"])
        self.assertEqual(names["corrected_code"].replace("async def", "def"),
                         names["generated_code"])

    def test_multi_step_correction(self):
        names = self.run_after_setup("""
            # Multi-step corrections
            COMPLEX_CORRECTIONS = {
                "onex_v2_compliance": {
                    "steps": [
                        {
                            "description": "Add async keyword",
                            "pattern": r"def (execute_\\w+)\\(",
                            "replacement": r"async def \\1(",
                        },
                        {
                            "description": "Add type hints",
                            "pattern": r"async def (\\w+)\\(([^)]+)\\):",
                            "replacement": r"async def \\1(\\2) -> dict[str, Any]:",
                        },
                        {
                            "description": "Add docstring",
                            "pattern": r"(async def \\w+\\([^)]+\\)[^:]+:)\\n",
                            "replacement": r'\\1\\n        \"\"\"Execute operation.\"\"\"\\n',
                        },
                    ],
                },
            }

            # Apply multi-step correction
            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="onex_compliance_fix",
                error_type=ErrorType.VALIDATION,
                regex_pattern=r"ONEX.*compliance.*failed",
                recovery_strategy=RecoveryStrategy.ERROR_CORRECTION,
                metadata=COMPLEX_CORRECTIONS["onex_v2_compliance"],
            ))
            result = await orchestrator.handle_error(RecoveryContext(
                exception=ValueError("ONEX compliance check failed"),
                state={"code": "class Node:\\n    def execute_it(self):\\n        return {}\\n"}))
            again = await orchestrator.handle_error(RecoveryContext(
                exception=ValueError("ONEX compliance check failed"),
                state={"code": result.result}))
            """)
        self.assertEqual(
            names["result"].result,
            'class Node:\n    async def execute_it(self) -> dict[str, Any]:\n'
            '        """Execute operation."""\n        return {}\n')
        self.assertFalse(names["again"].success)  # What is right is left alone.

    def test_escalation(self):
        with self.assertLogs("recourse.orchestrator", "ERROR") as logged:
            names = self.run_after_setup("""
                # Define escalation patterns
                ESCALATION_PATTERNS = {
                    "invalid_contract": {
                        "description": "Contract validation failed",
                        "priority": "high",
                        "assignee": "contracts-team",
                        "notification_channels": ["slack", "email"],
                    },
                    "security_violation": {
                        "description": "Security validation failed",
                        "priority": "critical",
                        "assignee": "security-team",
                        "notification_channels": ["slack", "pagerduty"],
                        "pause_workflow": True,
                    },
                    "unsupported_feature": {
                        "description": "Feature not yet supported",
                        "priority": "medium",
                        "assignee": "development-team",
                        "notification_channels": ["slack"],
                    },
                }

                # Add escalation patterns
                orchestrator.add_error_pattern(ErrorPattern(
                    pattern_id="critical_contract_error",
                    error_type=ErrorType.CONTRACT,
                    regex_pattern=r"Contract.*invalid|Contract.*corrupt",
                    recovery_strategy=RecoveryStrategy.ESCALATION,
                    metadata=ESCALATION_PATTERNS["invalid_contract"],
                ))

                orchestrator.add_error_pattern(ErrorPattern(
                    pattern_id="security_validation_failure",
                    error_type=ErrorType.SECURITY,
                    regex_pattern=r"Security.*failed|Vulnerability.*detected",
                    recovery_strategy=RecoveryStrategy.ESCALATION,
                    metadata=ESCALATION_PATTERNS["security_violation"],
                ))

                # Automatic escalation
                try:
                    result = await validate_contract(contract)
                except ValidationError as e:
                    if "security" in str(e).lower():
                        # Critical error: escalate immediately
                        recovery_result = await orchestrator.handle_error(
                            RecoveryContext(node_name="validator", exception=e))
                """, validate_contract=flaky_async(ValueError("Security scan failed")),
                ValidationError=ValueError, contract={})
        result = names["recovery_result"]
        self.assertEqual(result.strategy_used, recourse.RecoveryStrategy.ESCALATION)
        self.assertEqual(result.decision.action.assignee, "security-team")
        self.assertEqual(len(logged.output), 1)


class Patterns(CodegenCase):

    def test_priority_and_matching(self):
        names = self.run_after_setup("""
            # Higher priority patterns checked first
            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="specific_timeout",
                error_type=ErrorType.TIMEOUT,
                regex_pattern=r"LLM.*timeout",
                recovery_strategy=RecoveryStrategy.ALTERNATIVE_PATH,
                priority=100,  # Check this first
            ))

            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="generic_timeout",
                error_type=ErrorType.TIMEOUT,
                regex_pattern=r"timeout",
                recovery_strategy=RecoveryStrategy.RETRY,
                priority=50,  # Fallback if specific doesn't match
            ))

            # Test pattern matching
            error_message = "TimeoutError: Read timeout"
            matched_pattern = orchestrator.match_error_pattern(error_message)

            if matched_pattern:
                print(f"Matched: {matched_pattern.pattern_id}")
            else:
                print("No pattern matched")
            """)
        self.assertEqual(self.printed, "Matched: generic_timeout\n")
        match = names["orchestrator"].match_error_pattern
        self.assertEqual(match("LLM call timeout").pattern_id, "specific_timeout")
        self.assertIsNone(match("all is well"))

    def test_error_types(self):
        self.run_sample("""
            from recourse import ErrorType
            for name in ("NETWORK", "VALIDATION", "GENERATION", "SYNTAX", "CONTRACT", "TIMEOUT",
                         "RATE_LIMIT", "AI_SERVICE", "SECURITY", "UNKNOWN"):
                getattr(ErrorType, name)
            """)

    def test_common_library(self):
        names = self.run_after_setup("""
            from recourse.recovery_patterns import (
                COMMON_NETWORK_PATTERNS,
                COMMON_SYNTAX_PATTERNS,
                COMMON_VALIDATION_PATTERNS,
                COMMON_TIMEOUT_PATTERNS,
            )

            # Add all common patterns
            for pattern in COMMON_NETWORK_PATTERNS:
                orchestrator.add_error_pattern(pattern)

            for pattern in COMMON_SYNTAX_PATTERNS:
                orchestrator.add_error_pattern(pattern)

            # Or selectively add patterns
            orchestrator.add_error_pattern(COMMON_TIMEOUT_PATTERNS["llm_timeout"])
            orchestrator.add_error_pattern(COMMON_VALIDATION_PATTERNS["quality_threshold"])
            """)
        match = names["orchestrator"].match_error_pattern
        for text, wanted in [("ConnectTimeout: x", "connection_timeout"),
                             ("ReadTimeout: x", "read_timeout"),
                             ("ConnectionRefusedError: x", "connection_refused"),
                             ("SyntaxError: 'await' outside async function", "missing_async"),
                             ("NameError: name 'json' is not defined", "missing_import"),
                             ("LLM request timed out", "llm_timeout"),
                             ("quality score below threshold", "quality_threshold")]:
            with self.subTest(text=text):
                self.assertEqual(match(text).pattern_id, wanted)
        result = names["orchestrator"].handle_error_sync(recourse.RecoveryContext(
            exception=NameError("name 'json' is not defined"),
            state={"code": "print(json.dumps({}))\n"}))
        self.assertEqual(result.result, "import json\nprint(json.dumps({}))\n")

    def test_unknown_keys_are_named(self):
        with self.assertRaisesRegex(ValueError, "pattern p: metadata key 'max_retrys' is not "
                                                "known to RETRY; known are base_delay"):
            self.orchestrator().add_error_pattern(recourse.ErrorPattern(
                "p", recourse.ErrorType.NETWORK, "x", recourse.RecoveryStrategy.RETRY,
                {"max_retrys": 3}))
        for bad, message in [({"pattern_id": "a b"}, "pattern_id"), ({"regex_pattern": "("}, "regex"),
                             ({"priority": 1001}, "priority")]:
            good = {"pattern_id": "p", "error_type": recourse.ErrorType.NETWORK,
                    "regex_pattern": "x", "recovery_strategy": recourse.RecoveryStrategy.RETRY}
            with self.subTest(bad=bad), self.assertRaisesRegex(ValueError, message):
                recourse.ErrorPattern(**{**good, **bad})

    def test_strategy_configurations_are_known(self):
        strategy = recourse.RecoveryStrategy
        for kind, metadata in [
                (strategy.RETRY, {"max_retries": 5, "base_delay": 2.0, "exponential_base": 2,
                                  "max_delay": 60.0}),
                (strategy.ALTERNATIVE_PATH, {"alternatives": [("template_v2", 1)],
                                             "validate_alternatives": True,
                                             "stop_on_first_success": True}),
                (strategy.GRACEFUL_DEGRADATION, {"degradation_steps": ["a", "b"],
                                                 "progressive": True}),
                (strategy.ERROR_CORRECTION, {"corrections": {"missing_async": {
                    "pattern": r"def (execute_\w+)\(", "replacement": r"async def \1("}},
                    "validate_after_correction": True}),
                (strategy.ESCALATION, {"notification_channel": "slack", "priority": "high",
                                       "assignee": "team-name", "pause_workflow": True,
                                       "include_context": True})]:
            with self.subTest(kind=kind):
                pattern = recourse.ErrorPattern("p", recourse.ErrorType.CUSTOM, "x", kind, metadata)
                self.assertEqual(len(pattern.plan()), 1)

    def test_environments(self):
        for environment, retries in [("production", 5), ("staging", 3), ("development", 1)]:
            os.environ["ENVIRONMENT"] = environment
            self.addCleanup(os.environ.pop, "ENVIRONMENT", None)
            names = self.run_sample("""
                import os
                from recourse import ErrorRecoveryOrchestrator

                ENV = os.getenv("ENVIRONMENT", "development")

                if ENV == "production":
                    # Production: Aggressive recovery
                    orchestrator = ErrorRecoveryOrchestrator(
                        max_retries=5,
                        base_delay=2.0,
                        enable_statistics=True,
                        enable_notifications=True,
                    )

                elif ENV == "staging":
                    # Staging: Moderate recovery
                    orchestrator = ErrorRecoveryOrchestrator(
                        max_retries=3,
                        base_delay=1.0,
                        enable_statistics=True,
                        enable_notifications=False,
                    )

                else:
                    # Development: Minimal recovery (fail fast)
                    orchestrator = ErrorRecoveryOrchestrator(
                        max_retries=1,
                        base_delay=0.5,
                        enable_statistics=False,
                        enable_notifications=False,
                    )
                """)
            self.assertEqual(names["orchestrator"].max_retries, retries)


class OwnStrategies(CodegenCase):

    def test_custom_strategy(self):
        names = self.run_after_setup("""
            from recourse import BaseRecoveryStrategy
            from recourse import RecoveryStrategy, RecoveryContext, RecoveryResult

            class CustomRecoveryStrategy(BaseRecoveryStrategy):
                \"\"\"
                Custom recovery strategy example.
                \"\"\"

                def __init__(self, custom_param: str) -> None:
                    super().__init__(RecoveryStrategy.CUSTOM)
                    self.custom_param = custom_param

                async def execute(
                    self,
                    context: RecoveryContext,
                    **kwargs,
                ) -> RecoveryResult:
                    \"\"\"
                    Execute custom recovery logic.
                    \"\"\"
                    start_time = time.perf_counter()

                    try:
                        # Custom recovery logic here
                        result = await self._custom_recovery_logic(context)

                        # Success
                        duration_ms = (time.perf_counter() - start_time) * 1000
                        return RecoveryResult(
                            success=True,
                            strategy_used=RecoveryStrategy.CUSTOM,
                            result=result,
                            duration_ms=duration_ms,
                        )

                    except Exception as e:
                        # Failed
                        duration_ms = (time.perf_counter() - start_time) * 1000
                        return RecoveryResult(
                            success=False,
                            strategy_used=RecoveryStrategy.CUSTOM,
                            error_message=str(e),
                            duration_ms=duration_ms,
                        )

                async def _custom_recovery_logic(self, context: RecoveryContext) -> Any:
                    \"\"\"
                    Implement custom recovery logic.
                    \"\"\"
                    # Your recovery logic here
                    pass

            # Create custom strategy instance
            custom_strategy = CustomRecoveryStrategy(custom_param="value")

            # Register with orchestrator
            orchestrator.register_strategy(
                strategy_type=RecoveryStrategy.CUSTOM,
                strategy_instance=custom_strategy,
            )

            # Use in error patterns
            orchestrator.add_error_pattern(ErrorPattern(
                pattern_id="custom_error",
                error_type=ErrorType.CUSTOM,
                regex_pattern=r"Custom.*error",
                recovery_strategy=RecoveryStrategy.CUSTOM,
            ))
            result = await orchestrator.handle_error(
                RecoveryContext(exception=ValueError("Custom odd error")))
            """, time=time, Any=Any)
        self.assertTrue(names["result"].success)
        self.assertEqual(names["result"].strategy_used, recourse.RecoveryStrategy.CUSTOM)

    def test_circuit_breaker_strategy(self):
        names = self.run_after_setup('''
            from recourse import BaseRecoveryStrategy, RecoveryResult

            class CircuitBreakerStrategy(BaseRecoveryStrategy):
                """
                Circuit breaker recovery strategy.
                """

                def __init__(
                    self,
                    failure_threshold: int = 5,
                    cooldown_seconds: int = 60,
                ) -> None:
                    super().__init__(RecoveryStrategy.CIRCUIT_BREAKER)
                    self.failure_threshold = failure_threshold
                    self.cooldown_seconds = cooldown_seconds

                    self.failure_count = 0
                    self.circuit_open = False
                    self.circuit_opened_at: Optional[float] = None

                async def execute(
                    self,
                    context: RecoveryContext,
                    operation: Callable,
                    **kwargs,
                ) -> RecoveryResult:
                    """
                    Execute with circuit breaker protection.
                    """
                    # Check if circuit is open
                    if self.circuit_open:
                        if time.time() - self.circuit_opened_at < self.cooldown_seconds:
                            # Circuit still open
                            return RecoveryResult(
                                success=False,
                                strategy_used=RecoveryStrategy.CIRCUIT_BREAKER,
                                error_message="Circuit breaker open - cooldown in progress",
                                duration_ms=0.0,
                            )
                        else:
                            # Cooldown expired - try to close circuit
                            self.circuit_open = False
                            self.failure_count = 0

                    # Try operation
                    try:
                        result = await operation(context.state)

                        # Success - reset failure count
                        self.failure_count = 0

                        return RecoveryResult(
                            success=True,
                            strategy_used=RecoveryStrategy.CIRCUIT_BREAKER,
                            result=result,
                            duration_ms=0.0,
                        )

                    except Exception as e:
                        # Failure - increment count
                        self.failure_count += 1

                        if self.failure_count >= self.failure_threshold:
                            # Open circuit
                            self.circuit_open = True
                            self.circuit_opened_at = time.time()
                            logger.warning(
                                f"Circuit breaker opened after {self.failure_count} failures. "
                                f"Cooldown: {self.cooldown_seconds}s"
                            )

                        return RecoveryResult(
                            success=False,
                            strategy_used=RecoveryStrategy.CIRCUIT_BREAKER,
                            error_message=str(e),
                            duration_ms=0.0,
                        )
            ''', time=time, Callable=Callable, Optional=Optional,
            logger=logging.getLogger("sample"))
        orchestrator = names["orchestrator"]
        orchestrator.register_strategy(recourse.RecoveryStrategy.CIRCUIT_BREAKER,
                                       names["CircuitBreakerStrategy"](failure_threshold=2))
        orchestrator.add_error_pattern(recourse.ErrorPattern(
            "down", recourse.ErrorType.NETWORK, "down", recourse.RecoveryStrategy.CIRCUIT_BREAKER))
        operation = flaky_async(*[OSError("still down")] * 9)
        messages = []
        with self.assertLogs("sample", "WARNING"):
            for _ in range(3):
                messages.append(orchestrator.handle_error_sync(recourse.RecoveryContext(
                    exception=OSError("down")), operation=operation).error_message)
        self.assertEqual(messages, ["still down", "still down",
                                    "Circuit breaker open - cooldown in progress"])


class Integration(CodegenCase):

    def test_executor_validator_and_templates(self):
        orchestrator = self.orchestrator(base_delay=0.5)
        orchestrator.add_error_pattern(recourse.ErrorPattern(
            "async", recourse.ErrorType.SYNTAX, "await", recourse.RecoveryStrategy.ERROR_CORRECTION,
            {"pattern": r"def (execute_\w+)\(", "replacement": r"async def \1("}))
        orchestrator.add_error_pattern(recourse.ErrorPattern(
            "template", recourse.ErrorType.VALIDATION, "render failed",
            recourse.RecoveryStrategy.ALTERNATIVE_PATH, {"alternatives": ["simple"]}))

        class Pipeline:
            async def validate(self, code, context):
                if "async" not in code:
                    raise ValueError("'await' outside async function")
                return f"valid: {code}"

        class Executor:
            calls = 0

            async def execute_workflow(self, workflow_id, stages):
                Executor.calls += 1
                if Executor.calls < 3:
                    raise ConnectionError("worker lost")
                return f"{workflow_id} done"
        names = self.run_sample("""
            from recourse import RecoveryContext

            # Wrap workflow execution with recovery
            async def execute_with_recovery(
                workflow_id: str,
                stages: list[WorkflowStage],
            ) -> WorkflowResult:
                \"\"\"
                Execute workflow with automatic error recovery.
                \"\"\"
                try:
                    return await executor.execute_workflow(workflow_id, stages)

                except Exception as e:
                    context = RecoveryContext(
                        workflow_id=workflow_id,
                        node_name="staged_executor",
                        exception=e,
                        state={"stages": [s.stage_id for s in stages]},
                    )

                    recovery_result = await error_recovery.handle_error(context)

                    if recovery_result.success:
                        return recovery_result.result
                    else:
                        raise

            # Wrap validation with recovery
            async def validate_with_recovery(
                code: str,
                context: ValidationContext,
            ) -> ValidationResult:
                \"\"\"
                Validate code with error recovery for validation failures.
                \"\"\"
                try:
                    return await validation_pipeline.validate(code, context)

                except ValidationError as e:
                    # Try error correction if validation fails
                    recovery_context = RecoveryContext(
                        workflow_id=context.workflow_id,
                        node_name="validator",
                        exception=e,
                        state={"code": code, "context": context},
                    )

                    recovery_result = await error_recovery.handle_error(recovery_context)

                    if recovery_result.success:
                        # Re-validate corrected code
                        return await validation_pipeline.validate(
                            recovery_result.result,
                            context,
                        )
                    else:
                        raise

            # Wrap template rendering with recovery
            async def render_with_recovery(
                template_id: str,
                context: dict,
            ) -> str:
                \"\"\"
                Render template with alternative path recovery.
                \"\"\"
                try:
                    return await template_manager.render_template(template_id, context)

                except Exception as e:
                    recovery_context = RecoveryContext(
                        workflow_id=f"render_{template_id}",
                        node_name="template_manager",
                        exception=e,
                        state={"template_id": template_id, "context": context},
                    )

                    recovery_result = await error_recovery.handle_error(recovery_context)

                    if recovery_result.success:
                        return recovery_result.result
                    else:
                        raise
            """, error_recovery=orchestrator, executor=Executor(), validation_pipeline=Pipeline(),
            template_manager=Templates("fancy", "broken"), WorkflowStage=object,
            WorkflowResult=object, ValidationContext=object, ValidationResult=object,
            ValidationError=ValueError)
        stages = [types.SimpleNamespace(stage_id="s1")]
        context = types.SimpleNamespace(workflow_id="w")
        self.assertEqual(asyncio.run(names["execute_with_recovery"]("w1", stages)), "w1 done")
        self.assertEqual(
            asyncio.run(names["validate_with_recovery"]("def execute_it(): pass", context)),
            "valid: async def execute_it(): pass")
        self.assertEqual(asyncio.run(names["render_with_recovery"]("fancy", {})),
                         "rendered simple")

    def test_nothing_to_run_again_is_said(self):
        orchestrator = self.orchestrator()
        result = orchestrator.handle_error_sync(
            recourse.RecoveryContext(exception=TimeoutError("x")))
        self.assertFalse(result.success)
        self.assertIn("register_operation", result.error_message)
        orchestrator.register_operation("node", lambda state: state["n"])
        result = orchestrator.handle_error_sync(recourse.RecoveryContext(
            node_name="node", exception=TimeoutError("x"), state={"n": 5}))
        self.assertEqual(result.result, 5)


class Monitoring(CodegenCase):

    def recovered(self):
        orchestrator = self.orchestrator()
        for operation in (flaky_async(), flaky_async(*[TimeoutError("t")] * 9)):
            orchestrator.handle_error_sync(
                recourse.RecoveryContext(exception=TimeoutError("t")), operation=operation)
        return orchestrator

    def test_statistics(self):
        self.run_sample("""
            from recourse import RecoveryStrategy

            # Get comprehensive statistics
            stats = orchestrator.get_statistics()

            print(f"Total Attempts: {stats.total_attempts}")
            print(f"Success Rate: {stats.success_rate:.1%}")
            print(f"Failure Rate: {stats.failure_rate:.1%}")
            print(f"Avg Recovery Time: {stats.avg_recovery_time_ms:.2f}ms")

            # Strategy breakdown
            print("Strategy Usage:")
            for strategy, count in stats.strategy_usage.items():
                success_rate = stats.strategy_success_rates[strategy]
                print(f"  {strategy}: {count} uses ({success_rate:.1%} success)")

            # Error type breakdown
            print("Error Types:")
            for error_type, count in stats.error_type_counts.items():
                print(f"  {error_type}: {count} errors")

            # Check which strategies are failing
            for strategy, rate in stats.strategy_success_rates.items():
                if rate < 0.8:
                    print(f"{strategy}: {rate:.1%} (below target)")

            # Check which strategies are slow
            for strategy, times in stats.strategy_durations.items():
                avg_time = sum(times) / len(times)
                if avg_time > 500:
                    print(f"{strategy}: {avg_time:.2f}ms (slow)")

            # Check retry statistics
            retry_stats = stats.strategy_details[RecoveryStrategy.RETRY]
            print(f"Retry exhaustion rate: {retry_stats.exhaustion_rate:.1%}")
            """, orchestrator=self.recovered())
        for line in ("Total Attempts: 2", "Success Rate: 50.0%", "Failure Rate: 50.0%",
                     "  retry: 2 uses (50.0% success)", "  timeout: 2 errors",
                     "retry: 50.0% (below target)", "Retry exhaustion rate: 50.0%"):
            self.assertIn(line, self.printed.splitlines())

    def test_events(self):
        metrics = recourse.MetricsCollector()
        names = self.run_after_setup("""
            from recourse import RecoveryResult

            # Subscribe to recovery events
            @orchestrator.on_recovery_attempt
            async def on_recovery_attempt(context: RecoveryContext, strategy: RecoveryStrategy):
                \"\"\"Called when recovery attempt starts.\"\"\"
                logger.info(
                    f"Recovery attempt: {context.workflow_id} using {strategy}"
                )

            @orchestrator.on_recovery_success
            async def on_recovery_success(result: RecoveryResult):
                \"\"\"Called when recovery succeeds.\"\"\"
                metrics.record_recovery_success(
                    strategy=result.strategy_used,
                    duration_ms=result.duration_ms,
                )

            @orchestrator.on_recovery_failure
            async def on_recovery_failure(result: RecoveryResult):
                \"\"\"Called when recovery fails.\"\"\"
                metrics.record_recovery_failure(
                    strategy=result.strategy_used,
                    error=result.error_message,
                )
            """, logger=logging.getLogger("sample"), metrics=metrics)
        with self.assertLogs("sample", "INFO") as logged:
            for operation in (flaky_async(), flaky_async(*[OSError("x")] * 9)):
                names["orchestrator"].handle_error_sync(recourse.RecoveryContext(
                    workflow_id="w", exception=TimeoutError("t")), operation=operation)
        self.assertIn("INFO:sample:Recovery attempt: w using retry", logged.output)
        self.assertEqual([r["status"] for r in metrics.records], ["success", "failed"])

    def test_health_checks(self):
        self.run_sample("""
            from recourse.monitoring import HealthChecker

            health_checker = HealthChecker(error_recovery=orchestrator)

            # Define health checks
            health_checker.add_check(
                "recovery_success_rate",
                lambda: orchestrator.get_statistics().success_rate >= 0.90,
                critical=True,
            )

            health_checker.add_check(
                "avg_recovery_time",
                lambda: orchestrator.get_statistics().avg_recovery_time_ms < 5000,
                critical=False,
            )

            # Check health
            health_status = await health_checker.check_all()

            if not health_status.all_passing:
                print(f"Health check failed: {health_status.failed_checks}")
            """, orchestrator=self.recovered())
        self.assertEqual(self.printed, "Health check failed: ['recovery_success_rate']\n")

    def test_alerts(self):
        names = self.run_sample("""
            from recourse.monitoring import AlertManager

            alert_manager = AlertManager(
                error_recovery=orchestrator,
                notification_channel="slack",
            )

            # Define alert thresholds
            alert_manager.add_threshold(
                "recovery_success_rate",
                min_value=0.85,
                severity="high",
            )

            alert_manager.add_threshold(
                "recovery_time_p95",
                max_value=60000.0,
                severity="medium",
            )

            # Start monitoring
            await alert_manager.start_monitoring(interval_seconds=60)
            await alert_manager.stop_monitoring()
            """, orchestrator=self.recovered())
        manager = names["alert_manager"]
        with self.assertLogs("recourse.monitoring", "ERROR") as logged:
            self.assertEqual(len(asyncio.run(manager.check())), 1)
            self.assertEqual(asyncio.run(manager.check()), [])  # Told once.
        self.assertIn("high: [slack] recovery_success_rate is 0.5, below 0.85", logged.output[0])
        with self.assertRaisesRegex(ValueError, "metric 'speed' is not known"):
            manager.add_threshold("speed", min_value=1)


if __name__ == "__main__":
    unittest.main()
