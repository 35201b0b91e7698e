#!/usr/bin/python3
"""The loop from Python, with nothing but the protos.

Generates the stubs, starts the server given on the command line and plays a
caller: try, ask, obey, report.  Exits with 1 and a message on any mismatch.
"""
import argparse
import contextlib
import importlib
import pathlib
import subprocess
import sys

import google.protobuf
import grpc

CALL_TIMEOUT = 30  # Seconds; nothing waits for it when all is well.

PROTOS = [
    "recourse/v1/enums.proto", "recourse/v1/pattern.proto",
    "recourse/v1/recovery.proto", "recourse/v1/statistics.proto",
    "recourse/v1/orchestrator.proto", "recourse/v1/incidents.proto",
    "recourse/v1/calls.proto", "recourse/v1/circuit_breakers.proto",
    "recourse/v1/target_policies.proto",
    "google/rpc/status.proto", "google/rpc/error_details.proto",
    "google/rpc/error_info.proto", "grpc/health/v1/health.proto",
    "grpc/reflection/v1/reflection.proto",
    "grpc/reflection/v1alpha/reflection.proto",
]


def generate(args):
    """Runs protoc and makes what it wrote importable."""
    out = pathlib.Path(args.out)
    out.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [args.protoc, f"--plugin=protoc-gen-grpc_python={args.plugin}",
         *(f"-I{folder}" for folder in args.proto),
         f"--python_out={out}", f"--grpc_python_out={out}", *PROTOS],
        check=True)
    sys.path.insert(0, str(out))
    # The installed packages of these names come first on the path.
    import google
    google.__path__.append(str(out / "google"))
    grpc.__path__.append(str(out / "grpc"))


def load(name):
    """The messages and the stubs of a proto, as two modules."""
    return (importlib.import_module(name + "_pb2"),
            importlib.import_module(name + "_pb2_grpc"))


def check(condition, what):
    if not condition:
        sys.exit(f"python_client: {what}")


@contextlib.contextmanager
def running_server(binary):
    """Starts the server and yields its address."""
    process = subprocess.Popen(
        [binary, "--listen", "127.0.0.1:0", "--store", "memory:"],
        stdout=subprocess.PIPE, text=True)
    try:
        words = process.stdout.readline().split()
        check(words[:2] == ["recourse-server", "ready"],
              f"no ready line: {words}")
        yield words[2].removeprefix("grpc=")
        process.terminate()
        check(process.wait(CALL_TIMEOUT) == 0, "the server did not end cleanly")
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class FlakyService:
    """Fails twice with a time-out, then answers."""

    def __init__(self):
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls < 3:
            raise TimeoutError("Read timeout")
        return "answer"


class Caller:
    """What a program does that calls Recourse itself."""

    def __init__(self, channel):
        self.api, stubs = load("recourse.v1.orchestrator")
        self.recovery, _ = load("recourse.v1.recovery")
        self.enums, _ = load("recourse.v1.enums")
        self.pattern, _ = load("recourse.v1.pattern")
        self.stub = stubs.ErrorRecoveryOrchestratorStub(channel)

    def context(self, message, **fields):
        return self.recovery.RecoveryContext(
            error=self.recovery.ErrorDetails(message=message), **fields)

    def ask(self, message, **fields):
        return self.stub.HandleError(self.context(message, **fields),
                                     timeout=CALL_TIMEOUT)

    def run(self, function):
        """Try; if it fails, ask; do the action; report once at the end."""
        token, delays = "", []
        while True:
            try:
                answer = function()
                outcome = self.enums.OUTCOME_SUCCESS
            except TimeoutError as error:
                result = self.ask(f"TimeoutError: {error}",
                                  recovery_token=token)
                token = result.recovery_token
                if result.WhichOneof("action") == "retry":
                    delays.append(result.retry.delay.ToTimedelta())
                    continue  # A real caller sleeps that long.
                answer, outcome = None, self.enums.OUTCOME_FAILURE
            report = self.stub.ReportOutcome(
                self.api.RecoveryOutcome(recovery_token=token, outcome=outcome),
                timeout=CALL_TIMEOUT)
            check(report.recorded, "the outcome was not recorded")
            return answer, delays


def try_ask_obey_report(caller):
    service = FlakyService()
    answer, delays = caller.run(service)
    check(answer == "answer", f"the recovery failed: {answer}")
    check(len(delays) == 2, f"two failures, {len(delays)} retries")
    check(all(0 <= d.total_seconds() <= 60 for d in delays),
          f"delays out of range: {delays}")
    statistics = caller.stub.GetStatistics(
        caller.api.GetStatisticsRequest(), timeout=CALL_TIMEOUT).statistics
    check(statistics.total_attempts == 2 and statistics.succeeded == 1,
          f"wrong statistics: {statistics}")


def add_pattern(caller):
    pattern = caller.pattern.ErrorPattern(
        pattern_id="flux", error_type=caller.enums.ERROR_TYPE_CUSTOM,
        regex_pattern="flux capacitor",
        recovery_strategy=caller.enums.RECOVERY_STRATEGY_ESCALATION)
    request = caller.api.AddErrorPatternRequest(pattern=pattern)
    added = caller.stub.AddErrorPattern(request, timeout=CALL_TIMEOUT)
    result = caller.ask("the flux capacitor is empty")
    check(result.classification.pattern_id == "flux",
          f"the new pattern did not decide: {result}")
    check(result.registry_revision >= added.registry_revision,
          "an old registry decided")


def refusal(caller):
    status, _ = load("google.rpc.status")
    details, _ = load("google.rpc.error_details")
    info_pb, _ = load("google.rpc.error_info")
    request = caller.api.AddErrorPatternRequest(
        pattern=caller.pattern.ErrorPattern(
            pattern_id="bad", error_type=caller.enums.ERROR_TYPE_CUSTOM,
            regex_pattern="(never closed",
            recovery_strategy=caller.enums.RECOVERY_STRATEGY_RETRY))
    try:
        caller.stub.AddErrorPattern(request, timeout=CALL_TIMEOUT)
        check(False, "a broken regex was taken")
    except grpc.RpcError as error:
        check(error.code() == grpc.StatusCode.INVALID_ARGUMENT,
              f"wrong code: {error.code()}")
        trailers = dict(error.trailing_metadata())
    told = status.Status.FromString(trailers["grpc-status-details-bin"])
    info, bad_request = info_pb.ErrorInfo(), details.BadRequest()
    for detail in told.details:
        detail.Unpack(info)
        detail.Unpack(bad_request)
    check(info.reason == "INVALID_REGEX" and info.domain == "recourse",
          f"wrong reason: {info}")
    check(bad_request.field_violations[0].field == "pattern.regex_pattern",
          f"wrong field: {bad_request}")


def stream(caller):
    batches = [caller.api.HandleErrorBatch(
        batch_id=str(i), contexts=[caller.context("TimeoutError: Read timeout"),
                                   caller.recovery.RecoveryContext()])
               for i in range(20)]
    answers = list(caller.stub.HandleErrorStream(iter(batches),
                                                 timeout=CALL_TIMEOUT))
    check([a.batch_id for a in answers] == [b.batch_id for b in batches],
          "batches came back in another order")
    for answer in answers:
        good, bad = answer.slots
        check(good.result.HasField("retry"), f"no retry: {good}")
        check(bad.error.reason == "EMPTY_ERROR", f"not refused: {bad}")


def health(channel):
    messages, stubs = load("grpc.health.v1.health")
    stub = stubs.HealthStub(channel)
    for service in ("", "recourse.v1.ErrorRecoveryOrchestrator",
                    "recourse.v1.Incidents", "store"):
        answer = stub.Check(messages.HealthCheckRequest(service=service),
                            timeout=CALL_TIMEOUT)
        check(answer.status == messages.HealthCheckResponse.SERVING,
              f"health of '{service}': {answer}")


def reflection(channel, version):
    messages, stubs = load(f"grpc.reflection.{version}.reflection")
    stub = stubs.ServerReflectionStub(channel)
    symbol = "recourse.v1.ErrorRecoveryOrchestrator"
    requests = [messages.ServerReflectionRequest(list_services="*"),
                messages.ServerReflectionRequest(file_containing_symbol=symbol)]
    services, files = stub.ServerReflectionInfo(iter(requests),
                                                timeout=CALL_TIMEOUT)
    names = {s.name for s in services.list_services_response.service}
    check({symbol, "recourse.v1.Incidents", "grpc.health.v1.Health"} <= names,
          f"{version} lists {names}")
    check(any(b"HandleErrorStream" in file for file in
              files.file_descriptor_response.file_descriptor_proto),
          f"{version} does not describe {symbol}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for flag in ("--server", "--protoc", "--plugin", "--out"):
        parser.add_argument(flag, required=True)
    parser.add_argument("--proto", action="append", required=True)
    args = parser.parse_args()
    generate(args)
    with running_server(args.server) as address, \
            grpc.insecure_channel(address) as channel:
        caller = Caller(channel)
        try_ask_obey_report(caller)
        add_pattern(caller)
        refusal(caller)
        stream(caller)
        health(channel)
        for version in ("v1", "v1alpha"):
            reflection(channel, version)
    print(f"python_client: all is well (grpcio {grpc.__version__},"
          f" protobuf {google.protobuf.__version__})")


if __name__ == "__main__":
    main()
