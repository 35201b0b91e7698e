"""Runnables made like LangChain's and nodes like LangGraph's."""
import asyncio
import unittest

import recourse
from recourse import testing
from recourse.integrations.langchain import node, recovering


class Runnable:
    """Fails for inputs with `fail` so many times; else returns what it was given."""

    name = "model"

    def __init__(self):
        self.calls = []
        self.failed = {}

    def invoke(self, input, config=None, **kwargs):  # pylint: disable=redefined-builtin
        self.calls.append((input, config, kwargs))
        key = input["id"]
        if self.failed.setdefault(key, 0) < input.get("fail", 0):
            self.failed[key] += 1
            raise TimeoutError(f"item {key}")
        return {**input, **kwargs}

    async def ainvoke(self, input, config=None, **kwargs):  # pylint: disable=redefined-builtin
        return self.invoke(input, config, **kwargs)

    def stream(self, input, config=None):  # pylint: disable=redefined-builtin
        yield from input


class GraphBubbleUp(Exception):
    pass


class GraphInterrupt(GraphBubbleUp):
    """As langgraph's: how a node asks a person."""


class RunnableTest(unittest.TestCase):

    def test_invoke(self):
        recorder = testing.Recorder([testing.degrade(edits=[recourse.Edit("k", "cap", 2.0)])])
        inner = Runnable()
        config = {"configurable": {"thread_id": 7}, "metadata": {"langgraph_step": 3}}
        answer = recovering(inner, recorder).invoke({"id": 1, "fail": 1, "k": 9}, config)
        self.assertEqual(answer, {"id": 1, "fail": 1, "k": 2})
        question = recorder.questions[0]
        self.assertEqual((question.target, question.options.workflow_id,
                          question.options.step_count), ("model", "7", 3))
        self.assertIs(inner.calls[1][1], config)

    def test_parameters_of_an_alternative_are_keywords(self):
        recorder = testing.Recorder([testing.alternative("s", model="small")])
        for call in (lambda r, given: r.invoke(given), lambda r, given: r(given),
                     lambda r, given: asyncio.run(r.ainvoke(given))):
            recorder._answers = [testing.alternative("s", model="small")]  # pylint: disable=protected-access
            answer = call(recovering(Runnable(), recorder, target="big"), {"id": 1, "fail": 1})
            self.assertEqual(answer["model"], "small")

    def test_each_item_of_a_batch_recovers_by_itself(self):
        items = [{"id": 1}, {"id": 2, "fail": 1}, {"id": 3, "fail": 9}]
        configs = [{"max_concurrency": 1}, None, None]
        for batch in (lambda r, **k: r.batch(items, configs, **k),
                      lambda r, **k: asyncio.run(r.abatch(items, configs, **k))):
            answers = [testing.retry(0), testing.retry(0)]
            with self.assertRaisesRegex(TimeoutError, "item 3"):
                batch(recovering(Runnable(), testing.Recorder(answers)))
            results = batch(recovering(Runnable(), testing.Recorder(answers)),
                            return_exceptions=True)
            self.assertEqual(results[:2], items[:2])
            self.assertIsInstance(results[2], TimeoutError)
            self.assertEqual(recovering(Runnable()).batch([]), [])

    def test_bad_use(self):
        with self.assertRaisesRegex(TypeError, "has no invoke"):
            recovering(object())
        with self.assertRaisesRegex(ValueError, "config holds 1 entries for 2"):
            recovering(Runnable()).batch([{"id": 1}, {"id": 2}], [None])

    def test_streams_are_passed_on(self):
        self.assertEqual(list(recovering(Runnable()).stream([1, 2])), [1, 2])


class NodeTest(unittest.TestCase):

    def test_edits_change_the_state(self):
        recorder = testing.Recorder([testing.degrade(edits=[
            recourse.Edit("messages", "truncate", 1)])])
        seen = []

        @node(client=recorder, target="openai/gpt-4o")
        def summarise(state, config):
            seen.append(state["messages"])
            if len(state["messages"]) > 1:
                raise ValueError("too long")
            return {"summary": config["metadata"]["langgraph_step"]}

        given = {"messages": [1, 2]}
        answer = summarise(given, config={"configurable": {"thread_id": "t"},
                                          "metadata": {"langgraph_step": 5}})
        self.assertEqual((answer, seen, given), ({"summary": 5}, [[1, 2], [1]],
                                                 {"messages": [1, 2]}))
        options = recorder.questions[0].options
        self.assertEqual((options.node_name, options.workflow_id, options.step_count),
                         ("summarise", "t", 5))

    def test_coroutine_nodes(self):
        recorder = testing.Recorder([testing.retry(1.0)])
        failures = [TimeoutError("x")]

        @node(client=recorder)
        async def work(state):
            if failures:
                raise failures.pop()
            return state

        self.assertEqual(asyncio.run(work({"a": 1})), {"a": 1})
        self.assertTrue(recorder.questions[0].target.endswith("work"))

    def test_interrupts_are_no_failures(self):
        async def ask_a_person(state):
            raise GraphInterrupt("approve?")
        for call in (lambda: node(ask_plainly, client=recorder)({}),
                     lambda: asyncio.run(node(ask_a_person, client=recorder)({}))):
            recorder = testing.Recorder([testing.retry(0)])
            with self.assertRaisesRegex(GraphInterrupt, "approve"):
                call()
            self.assertEqual(recorder.questions, [])


def ask_plainly(state):
    raise GraphInterrupt("approve?")


if __name__ == "__main__":
    unittest.main()
