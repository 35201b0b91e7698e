"""Clients made like openai's and anthropic's: small fakes of their classes."""
import asyncio
import types
import unittest

import recourse
from recourse import testing
from recourse.integrations.llm import recovering, without_retries


class APIStatusError(Exception):
    """As both libraries' is."""

    def __init__(self, message, *, response, body):
        super().__init__(message)
        self.response = response
        self.status_code = response.status_code
        self.body = body


class RateLimitError(APIStatusError):
    pass


def refusal(status, code, **headers):
    kind = RateLimitError if status == 429 else APIStatusError
    return kind(f"Error code: {status}", body={"error": {"code": code}},
                response=types.SimpleNamespace(status_code=status, headers=headers))


class Completions:
    """Fails with its client's errors, in order; then returns what it was given."""

    def __init__(self, client):
        self._client = client

    def create(self, *, model, messages, max_tokens=None, stream=False, timeout=None):
        call = {"model": model, "messages": messages, "max_tokens": max_tokens,
                "timeout": timeout, "retries": self._client.max_retries}
        self._client.calls.append(call)
        if self._client.errors:
            raise self._client.errors.pop(0)
        return call


class AsyncCompletions(Completions):

    async def create(self, **arguments):
        return super().create(**arguments)


class OpenAI:
    """Its own retries are 2 unless it is told otherwise."""

    completions = Completions

    def __init__(self, *errors, max_retries=2, calls=None):
        self.errors = list(errors)
        self.max_retries = max_retries
        self.calls = [] if calls is None else calls
        self.chat = types.SimpleNamespace(completions=self.completions(self))

    def with_options(self, *, max_retries=2, timeout=None):
        return type(self)(*self.errors, max_retries=max_retries, calls=self.calls)


class AsyncOpenAI(OpenAI):

    completions = AsyncCompletions


ASK = {"model": "large", "messages": ["a", "b", "c"], "max_tokens": 4000}


class LlmTest(unittest.TestCase):

    def ask(self, recorder, *errors, arguments=None, **options):
        client = OpenAI(*errors)
        create = recovering(client, "chat.completions.create", recourse=recorder,
                            provider="openai", **options)
        return create(**(arguments or ASK)), client

    def test_its_own_retries_are_off_and_the_wait_is_read(self):
        recorder = testing.Recorder(None)
        answer, client = self.ask(recorder, refusal(429, "rate_limit_exceeded",
                                                    **{"retry-after-ms": "1500"}))
        self.assertEqual(answer["retries"], 0)
        self.assertEqual(client.max_retries, 2)  # The caller's own stays as it was.
        self.assertEqual(recorder.waits, [1.5])

    def test_what_is_told(self):
        recorder = testing.Recorder([testing.retry(0)])
        self.ask(recorder, refusal(429, "insufficient_quota"))
        question = recorder.questions[0]
        self.assertEqual((question.target, question.details.http_status, question.details.code),
                         ("openai/large", 429, "insufficient_quota"))
        self.assertEqual(question.state, ASK)

    def test_edits_become_arguments(self):
        edits = [recourse.Edit("max_tokens", "cap", 100.0), recourse.Edit("messages", "truncate", 1)]
        answer, client = self.ask(testing.Recorder([testing.degrade(edits=edits)]),
                                  refusal(400, "context_length_exceeded"))
        self.assertEqual((answer["max_tokens"], answer["messages"]), (100, ["a"]))
        self.assertEqual(client.calls[0]["messages"], ["a", "b", "c"])

    def test_an_argument_that_is_removed_is_not_passed(self):
        answer, _ = self.ask(
            testing.Recorder([testing.degrade(edits=[recourse.Edit("max_tokens", "remove", True)])]),
            refusal(400, "bad"))
        self.assertIsNone(answer["max_tokens"])

    def test_an_alternative_is_another_model(self):
        recorder = testing.Recorder([testing.alternative("s", "openai/small", model="small"),
                                     testing.give_up()])
        answer, _ = self.ask(recorder, refusal(529, "overloaded_error"))
        self.assertEqual(answer["model"], "small")

    def test_prompts_stay_here_where_the_state_is_named(self):
        recorder = testing.Recorder([testing.degrade(edits=[
            recourse.Edit("max_tokens", "cap", 10.0), recourse.Edit("messages", "truncate", 1)])])
        answer, _ = self.ask(recorder, refusal(400, "x"), state=["model", "max_tokens"])
        self.assertEqual(recorder.questions[0].state, {"model": "large", "max_tokens": 4000})
        self.assertEqual((answer["max_tokens"], answer["messages"]), (10, ["a", "b", "c"]))

    def test_the_time_budget_limits_the_call(self):
        for given, wanted in [(None, 5.0), (2.0, 2.0), (60, 5.0)]:
            arguments = {**ASK, **({"timeout": given} if given else {})}
            answer, _ = self.ask(testing.Recorder([]), arguments=arguments, time_budget=5.0)
            self.assertEqual(answer["timeout"], wanted)

    def test_asyncio(self):
        recorder = testing.Recorder([testing.retry(2.0)])
        client = AsyncOpenAI(refusal(503, "x"))
        create = recovering(client, "chat.completions.create", recourse=recorder)
        answer = asyncio.run(create(**ASK))
        self.assertEqual((answer["retries"], recorder.waits), (0, [2.0]))

    def test_the_error_that_comes_back_is_the_librarys(self):
        error = refusal(401, "invalid_api_key")
        with self.assertRaises(APIStatusError) as caught:
            self.ask(testing.Recorder([testing.give_up("no key")]), error)
        self.assertIs(caught.exception, error)
        self.assertEqual(recourse.decision_of(error).error_message, "no key")

    def test_clients_whose_retries_cannot_be_set(self):
        with self.assertRaisesRegex(TypeError, "make it with max_retries=0"):
            without_retries(types.SimpleNamespace(max_retries=2))
        done = types.SimpleNamespace(max_retries=0)
        self.assertIs(without_retries(done), done)
        copied = types.SimpleNamespace(copy=lambda max_retries: ("copy", max_retries))
        self.assertEqual(without_retries(copied), ("copy", 0))


if __name__ == "__main__":
    unittest.main()
