#!/usr/bin/python3
"""A chat API that is as flaky as real ones, on this machine.

  fake_api.py [PORT]     default 8099; 0 picks a free one

POST /v1/chat takes {"model", "prompt", "max_tokens"} and answers {"text"}.  What
goes wrong depends on the prompt, so that each run is like the one before.
"""
import http.server
import json
import sys
import threading

WINDOW = 500  # Characters of a prompt that a model takes.
BROKEN_JSON = "Sure! Here you are:\n```json\n{'colours': ['red', 'green', 'blue',], 'count': 3}\n```"
_lock = threading.Lock()
_seen = set()


def first_time(prompt):
    """Whether this prompt was never sent before."""
    with _lock:
        known = prompt in _seen
        _seen.add(prompt)
    return not known


def refuse(status, code, message, **headers):
    return status, headers, {"error": {"code": code, "message": message}}


def answer(model, prompt):
    """(status, headers, body) for a request."""
    if len(prompt) > WINDOW:
        return refuse(400, "context_length_exceeded",
                      f"This model's maximum context length is {WINDOW} characters. Please "
                      "reduce the length of the messages.")
    if "Greet" in prompt and first_time(prompt):
        return refuse(429, "rate_limit_exceeded",
                      f"Rate limit reached for {model} on requests per min.", Retry_After="1")
    if "invoice" in prompt:
        return refuse(429, "insufficient_quota",
                      "You exceeded your current quota, please check your plan and billing details.")
    if "minutes" in prompt and model == "large":
        return refuse(529, "overloaded_error", "Overloaded")
    text = BROKEN_JSON if "JSON" in prompt else f"({model} model, {len(prompt)} characters read)"
    return 200, {}, {"text": text}


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    def do_POST(self):  # pylint: disable=invalid-name
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        status, headers, body = answer(request["model"], request["prompt"])
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):  # pylint: disable=arguments-differ
        """Says nothing."""


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 8099), Handler)
    print(f"fake chat API at http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
