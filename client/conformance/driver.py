#!/usr/bin/python3
"""Plays the server to a client, case by case, and holds it to its rules.

docs/client-behaviour.md describes the rules and the form of the cases.  For
each case the driver starts `RUNNER --server ADDR --case FILE`, answers its
questions as the case says, and compares what came over the wire and what the
runner prints with what the case expects.  Exits with 1 if a case differs.
A case that `needs` a feature which `RUNNER --features` does not name is skipped.

  driver.py --protos DIR [--case NAME]... -- RUNNER [ARG...]
"""
import argparse
import concurrent.futures
import importlib
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

import grpc
from google.protobuf import json_format

HERE = pathlib.Path(__file__).resolve().parent
RUNNER_TIMEOUT = 60  # Seconds; waits are recorded, not slept.
HANG = 5  # Seconds; far above a client's patience for a question.
MAX_REPORTED_MS = 365 * 24 * 3_600_000
FEATURES = {"circuits", "slow_calls", "budget", "observe", "own_steps", "own_timeouts", "causes",
            "validate"}
SUMS = ("calls", "failures", "slow")
SERVER_RULES = {"expect", "answer", "status", "reason", "hang"}


def generate(protos):
    """Compiles the protos into a folder that is importable afterwards."""
    out = tempfile.mkdtemp(prefix="recourse-conformance-")
    names = [str(path.relative_to(protos))
             for path in sorted(pathlib.Path(protos, "recourse/v1").glob("*.proto"))]
    subprocess.run(
        ["protoc", "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin",
         f"-I{protos}", f"--python_out={out}", f"--grpc_python_out={out}", *names],
        check=True)
    sys.path.insert(0, out)


class Differs(Exception):
    """What a client did is not what its case expects."""


def holds(part, whole, where):
    """Raises Differs unless `part` is found in `whole`."""
    if isinstance(part, dict):
        if not isinstance(whole, dict):
            raise Differs(f"{where}: wanted an object, got {whole!r}")
        for key, value in part.items():
            if key not in whole:
                raise Differs(f"{where}.{key} is missing")
            holds(value, whole[key], f"{where}.{key}")
    elif isinstance(part, list):
        if not isinstance(whole, list) or len(part) != len(whole):
            raise Differs(f"{where}: wanted {part!r}, got {whole!r}")
        for i, (a, b) in enumerate(zip(part, whole)):
            holds(a, b, f"{where}[{i}]")
    elif part != whole or isinstance(part, bool) != isinstance(whole, bool):
        raise Differs(f"{where}: wanted {part!r}, got {whole!r}")


class ScriptedServer:
    """Answers by one case's script and writes down what it was asked."""

    def __init__(self, script, api):
        self._api = api
        self._answers = list(script.get("server", []))
        self._awaits = list(script.get("await", []))
        self._circuits = script.get("circuits")
        self._lock = threading.Lock()
        self.questions, self.reports, self.awaited = [], [], []
        self.sums = {}  # Of a target: all that was told of its calls.
        self.trouble = []
        self._server = grpc.server(concurrent.futures.ThreadPoolExecutor(16))
        orchestrator, incidents, breakers = api.services
        outer = self

        class Orchestrator(orchestrator.ErrorRecoveryOrchestratorServicer):
            def HandleError(self, request, context):
                return outer.handle_error(request, context)

            def ReportOutcome(self, request, context):
                outer.reported(request)
                return api.orchestrator.ReportOutcomeResponse(recorded=True)

        class Incidents(incidents.IncidentsServicer):
            def AwaitIncident(self, request, context):
                return outer.await_incident(request, context)

        class Breakers(breakers.CircuitBreakersServicer):
            def ReportCalls(self, request, context):
                outer.told(request)
                return api.breakers.ReportCallsResponse(recorded=True)

            def WatchCircuits(self, request, context):
                yield from outer.watch_circuits(context)

        orchestrator.add_ErrorRecoveryOrchestratorServicer_to_server(
            Orchestrator(), self._server)
        incidents.add_IncidentsServicer_to_server(Incidents(), self._server)
        breakers.add_CircuitBreakersServicer_to_server(Breakers(), self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._ended = threading.Event()
        self._server.start()

    def stop(self):
        self._ended.set()
        self._server.stop(0).wait()

    def reported(self, report):
        duration_ms = report.duration.ToMilliseconds()
        if not 0 <= duration_ms <= MAX_REPORTED_MS:
            self.trouble.append(f"a server refuses a report of {report.duration.ToJsonString()}")
        self.reports.append({"token": report.recovery_token,
                             "outcome": self._api.outcome_name(report.outcome),
                             "duration_ms": duration_ms})

    def handle_error(self, request, context):
        question = json_format.MessageToDict(request)
        with self._lock:
            number = len(self.questions)
            self.questions.append(question)
            if request.HasField("calls"):
                self.add(request.target, request.calls)
        if number >= len(self._answers):
            self.trouble.append(f"question {number + 1} was not expected")
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "unexpected question")
        rule = self._answers[number]
        unknown = rule.keys() - SERVER_RULES
        if unknown:
            self.trouble.append(f"the case has unknown rules {sorted(unknown)}")
        try:
            holds(rule.get("expect", {}), question, f"question {number + 1}")
        except Differs as difference:
            self.trouble.append(str(difference))
        if rule.get("hang"):
            self._ended.wait(HANG)
            context.abort(grpc.StatusCode.UNAVAILABLE, "hung")
        if "status" in rule:
            self._api.refuse(context, rule["status"], rule.get("reason", ""))
        return json_format.ParseDict(rule["answer"], self._api.recovery.RecoveryResult())

    def told(self, request):
        with self._lock:
            for one in request.targets:
                self.add(one.target, one.counts)

    def add(self, target, counts):
        total = self.sums.setdefault(target, dict.fromkeys(SUMS, 0))
        for name, count in zip(SUMS, (counts.calls, counts.failures, counts.slow_calls)):
            total[name] += count

    def await_incident(self, request, context):
        with self._lock:
            number = len(self.awaited)
            self.awaited.append(json_format.MessageToDict(request))
        if number >= len(self._awaits):
            self.trouble.append("AwaitIncident was not expected")
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "unexpected")
        rule = self._awaits[number]
        if "status" in rule:
            self._api.refuse(context, rule["status"], rule.get("reason", ""))
        return json_format.ParseDict(rule["answer"], self._api.incidents.AwaitIncidentResponse())

    def watch_circuits(self, context):
        if self._circuits is None:
            context.abort(grpc.StatusCode.UNIMPLEMENTED, "no circuits in this case")
        for circuit in self._circuits:
            yield json_format.ParseDict({"circuit": circuit},
                                        self._api.breakers.WatchCircuitsResponse())
        yield self._api.breakers.WatchCircuitsResponse(synced=True)
        self._ended.wait()


class Api:
    """The generated modules."""

    def __init__(self):
        def load(name):
            return importlib.import_module(f"recourse.v1.{name}")
        self.recovery = load("recovery_pb2")
        self.orchestrator = load("orchestrator_pb2")
        self.incidents = load("incidents_pb2")
        self.breakers = load("circuit_breakers_pb2")
        self.enums = load("enums_pb2")
        self.services = (load("orchestrator_pb2_grpc"), load("incidents_pb2_grpc"),
                         load("circuit_breakers_pb2_grpc"))

    def outcome_name(self, number):
        return self.enums.Outcome.Name(number).removeprefix("OUTCOME_")

    @staticmethod
    def refuse(context, status, reason):
        context.abort(grpc.StatusCode[status], reason or "as the case says")


def closed_address():
    """An address at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


def check_waits(wanted, got):
    if len(wanted) != len(got):
        raise Differs(f"waits: wanted {wanted}, got {got}")
    for want, have in zip(wanted, got):
        low, high = want if isinstance(want, list) else (want - 1, want + 1)
        if not low <= have <= high:
            raise Differs(f"waits: wanted {wanted}, got {got}")


def check_sums(wanted, got):
    wanted = {target: {**dict.fromkeys(SUMS, 0), **one} for target, one in wanted.items()}
    if wanted != got:
        raise Differs(f"sums: wanted {wanted}, got {got}")


def check_result(wanted, got):
    for text in wanted.keys() & {"error", "cause"}:
        if wanted[text] not in str(got.get(text, "")):
            raise Differs(f"result: wanted the {text} {wanted[text]!r}, got {got!r}")
    wanted = {key: value for key, value in wanted.items() if key not in ("error", "cause")}
    holds(wanted, got, "result")


def compare(expected, printed, server):
    """Raises Differs where a client's doings are not as expected."""
    holds(expected.get("calls", printed.get("calls")), printed.get("calls"), "calls")
    if "waits_ms" in expected:
        check_waits(expected["waits_ms"], printed.get("waits_ms", []))
    if "remediations" in expected:
        holds(expected["remediations"], printed.get("remediations", []), "remediations")
    if "disagreements" in expected:
        holds(expected["disagreements"], printed.get("disagreements", []), "disagreements")
    check_result(expected["result"], printed.get("result", {}))
    if server is None:
        return
    if server.trouble:
        raise Differs("; ".join(server.trouble))
    if len(server.questions) != expected.get("asks", 0):
        raise Differs(f"asked {len(server.questions)} times, wanted {expected.get('asks', 0)}")
    if "awaits" in expected and len(server.awaited) != expected["awaits"]:
        raise Differs(f"awaited {len(server.awaited)} times, wanted {expected['awaits']}")
    holds(expected.get("reports", []), server.reports, "reports")
    if "sums" in expected:
        check_sums(expected["sums"], server.sums)
    ids = [question.get("requestId") for question in server.questions]
    if not all(ids):
        raise Differs("a question without requestId")


def expanded(value):
    """The case with each entry of a list that says `times` written so often."""
    if isinstance(value, dict):
        return {key: expanded(one) for key, one in value.items()}
    if not isinstance(value, list):
        return value
    entries = []
    for entry in value:
        times = entry.pop("times", 1) if isinstance(entry, dict) else 1
        entries += [expanded(entry)] * times
    return entries


def run(case, runner, api):
    server = None if case.get("server") == "away" else ScriptedServer(case, api)
    address = server.address if server else closed_address()
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as file:
        json.dump(case, file)
    try:
        done = subprocess.run([*runner, "--server", address, "--case", file.name],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=RUNNER_TIMEOUT, text=True, check=False)
        if done.returncode != 0:
            raise Differs(f"the runner ended with {done.returncode}: {done.stderr[-2000:]}")
        compare(case["expect"], json.loads(done.stdout.splitlines()[-1]), server)
    except subprocess.TimeoutExpired:
        raise Differs(f"the runner took more than {RUNNER_TIMEOUT} s") from None
    finally:
        pathlib.Path(file.name).unlink()
        if server:
            server.stop()


def features_of(runner):
    """What the client has beyond asking and obeying, as its runner says."""
    done = subprocess.run([*runner, "--features"], stdout=subprocess.PIPE, text=True,
                          timeout=RUNNER_TIMEOUT, check=True)
    features = set(json.loads(done.stdout))
    if not features <= FEATURES:
        sys.exit(f"the runner names unknown features {sorted(features - FEATURES)}")
    return features


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--protos", default=HERE.parents[1] / "proto", type=pathlib.Path)
    parser.add_argument("--case", action="append", help="only these, by name")
    parser.add_argument("--skip", action="append", default=[], help="all but these")
    parser.add_argument("runner", nargs="+")
    args = parser.parse_args()
    generate(args.protos)
    api = Api()
    features = features_of(args.runner)
    failed = passed = 0
    skipped = {}
    for path in sorted((HERE / "cases").glob("*.json")):
        case = expanded(json.loads(path.read_text()))
        if case["name"] != path.stem:
            sys.exit(f"{path}: its name is {case['name']!r}")
        if (args.case and case["name"] not in args.case) or case["name"] in args.skip:
            continue
        missing = set(case.get("needs", ())) - features
        if missing:
            skipped[case["name"]] = ", ".join(sorted(missing))
            continue
        try:
            run(case, args.runner, api)
            passed += 1
        except Differs as difference:
            failed += 1
            print(f"FAILED {case['name']} (rules {', '.join(case['rules'])}): {difference}")
    for name, why in skipped.items():
        print(f"skipped {name}: the client has no {why}")
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
