#!/usr/bin/python3
"""Asks a flaky chat API five things, and ends each of them rightly."""
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import recourse
import requests

API = os.environ.get("CHAT_API", "http://127.0.0.1:8099")
recourse.configure(os.environ.get("RECOURSE", "127.0.0.1:50051"), caller="chat-tutorial",
                   ask_timeout=2.0)  # Seconds to wait for a decision; a service takes less.


class ChatError(Exception):
    """A refusal of the API, with all that it says: Recourse decides by it."""

    def __init__(self, response):
        error = response.json()["error"]
        super().__init__(error["message"])
        self.code = error["code"]
        self.response = response  # Status and headers are read from it.


def show(decision):
    """Prints what was decided, and which pattern knew the error."""
    action = decision.action
    how = ""
    if isinstance(action, recourse.model.Retry):
        how = f" in {action.delay:.1f} s"
    elif isinstance(action, recourse.model.TakeAlternative):
        how = f": {action.alternative.target}"
    elif isinstance(action, recourse.model.Degrade):
        how = f": {action.level_name}"
    # In one piece: requests at the same time show theirs too.
    sys.stdout.write(f"   {decision.classification.pattern_id} -> {decision.strategy_used}{how}\n")


@recourse.recover(
    target=lambda prompt, model="large": f"chat/{model}", idempotency="idempotent",
    time_budget=30, state=["prompt"], on_decision=show,
    alternatives=[recourse.Alternative("small", "chat/small", {"model": "small"})])
def complete(prompt, model="large"):
    response = requests.post(f"{API}/v1/chat", json={"model": model, "prompt": prompt}, timeout=10)
    if not response.ok:
        raise ChatError(response)
    return response.json()["text"]


@recourse.recover(target="chat/answer", state=["text"], subject_field="text", on_decision=show)
def read_json(text):
    return json.loads(text)


def invoice(number):
    """The incident into which its refusal was put, or the error."""
    try:
        return complete(f"Write invoice {number}.")
    except ChatError as error:
        action = getattr(recourse.decision_of(error), "action", None)
        return action.incident_id if isinstance(action, recourse.model.Escalated) else str(error)


def main():
    print("1. Too many requests: the API says how long to wait.")
    print("  ", complete("Greet our new colleague."))

    print("2. The bill is not paid: three requests at once.")
    with ThreadPoolExecutor(3) as pool:
        incidents = list(pool.map(invoice, (1, 2, 3)))
    print(f"   {len(incidents)} requests ended, {len(set(incidents))} incident: {incidents[0]}")

    print("3. The large model is overloaded.")
    print("  ", complete("Write the minutes of our meeting."))

    print("4. The prompt is too long.")
    print("  ", complete("Translate this chapter. " + "It was a dark and stormy night. " * 50))

    print("5. The answer is no JSON.")
    print("  ", read_json(complete("List three colours as JSON.")))


if __name__ == "__main__":
    main()
