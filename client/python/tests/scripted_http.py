"""An HTTP server that answers by a script and writes down what it was sent."""
import http.server
import json
import threading


class ScriptedHttp:
    """As a context manager.  `answers`: (status, headers, body); the last one holds
    for all that follow.  `requests`: (method, path, headers with names in lower
    case, body) in order."""

    def __init__(self, *answers):
        self._answers = list(answers)
        self._lock = threading.Lock()
        self.requests = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.body()
                status, headers, answer = outer._next(self, body)
                self.close_connection = "connection" in headers
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                if "transfer-encoding" not in headers:
                    cut = len(data) if self.close_connection else 0
                    self.send_header("content-length", str(len(data) + cut))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(data)

            def body(self):
                if self.headers.get("transfer-encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("content-length") or 0))
                chunks = []
                while length := int(self.rfile.readline(), 16):
                    chunks.append(self.rfile.read(length))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            do_GET = do_POST = do_PUT = do_HEAD = handle_any

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.host = "127.0.0.1:%d" % self._server.server_address[1]
        self.url = f"http://{self.host}"

    def _next(self, request, body):
        with self._lock:
            self.requests.append((request.command, request.path,
                                  {k.lower(): v for k, v in request.headers.items()}, body))
            return self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


# The connection breaks in the body, which has a length or comes in chunks.
CUT = (200, {"connection": "close"}, b"half")
CUT_CHUNK = (200, {"connection": "close", "transfer-encoding": "chunked"}, b"ff\r\nhalf")


def ok(value="fine"):
    return (200, {"content-type": "application/json"}, value)


def busy(status=503, **headers):
    return (status, {"content-type": "application/json",
                     **{name.replace("_", "-"): value for name, value in headers.items()}},
            {"error": {"code": f"code_{status}", "message": "as scripted"}})
