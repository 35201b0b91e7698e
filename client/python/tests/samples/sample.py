"""Runs a sample as it stands in a document: its text, given names for what it
calls, in test mode, where nothing sleeps."""
import ast
import asyncio
import contextlib
import inspect
import io
import textwrap
import unittest
from unittest import mock

from recourse import testing


async def no_sleep(_seconds, result=None):
    return result


class SampleCase(unittest.TestCase):
    """`run_sample` runs a text and returns its names and what it printed."""

    def setUp(self):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        self.recorded = stack.enter_context(testing.test_mode())
        stack.enter_context(mock.patch("asyncio.sleep", no_sleep))

    def run_sample(self, text, **given):
        names = {"__name__": "sample", **given}
        code = compile(textwrap.dedent(text), "<sample>", "exec",
                       flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            value = eval(code, names)  # pylint: disable=eval-used
            if inspect.isawaitable(value):
                asyncio.run(_wait(value))
        self.printed = printed.getvalue()
        return names


async def _wait(value):
    await value


class Flaky:
    """A function that fails with these errors, in order, and then answers."""

    def __init__(self, *errors, answer="answer"):
        self.errors = list(errors)
        self.answer = answer
        self.calls = []
        self.__name__ = "flaky"

    def __call__(self, *args, **kwargs):
        self.calls.append((args, kwargs))
        if self.errors:
            raise self.errors.pop(0)
        return self.answer


def flaky_async(*errors, answer="answer"):
    """The same as a coroutine function; its calls at `.calls`."""
    plain = Flaky(*errors, answer=answer)

    async def flaky(*args, **kwargs):
        return plain(*args, **kwargs)
    flaky.calls = plain.calls
    return flaky
