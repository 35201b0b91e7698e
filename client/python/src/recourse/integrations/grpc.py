"""gRPC: client interceptors whose unary calls recover, plain and asyncio.

    channel = grpc.intercept_channel(
        grpc.insecure_channel(address, options=CHANNEL_OPTIONS),
        RecoveringInterceptor(idempotent=["/shop.Orders/Cancel"], time_budget=10))

    channel = grpc.aio.insecure_channel(
        address, options=CHANNEL_OPTIONS, interceptors=[AsyncRecoveringInterceptor()])

A call's time-out is for all of it, waits and repetitions included.  Streams are
passed on as they are.
"""
from __future__ import annotations

import concurrent.futures
import threading
from typing import Any, Callable, Collection, List, NamedTuple, Optional, Tuple, Union

from recourse.client import Client
from recourse.enums import Idempotency
from recourse.errors import Cancelled, CircuitOpenError
from recourse.link import prepare_grpc
from recourse.integrations._shared import NEVER_BEGAN, Runner, shorter
from recourse.model import Attempt
from recourse.options import Options

prepare_grpc()
import grpc  # noqa: E402  pylint: disable=wrong-import-position,wrong-import-order

# For the channel: the library's own retries are off.
CHANNEL_OPTIONS = (("grpc.enable_retries", 0),)
# Methods that only read, as google.aip.dev names them.
READING = ("Get", "List", "BatchGet", "Search", "Lookup")
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE

Idempotent = Union[Collection[str], Callable[[str], bool]]


class _Details(NamedTuple):
    """As grpc's own, which has no constructor in the API."""

    method: Any
    timeout: Optional[float]
    metadata: Any
    credentials: Any
    wait_for_ready: Any
    compression: Any


class CircuitOpenRpcError(CircuitOpenError, grpc.RpcError):
    """The call did not begin: the circuit of its service is open."""

    def code(self) -> grpc.StatusCode:
        """UNAVAILABLE."""
        return UNAVAILABLE

    def details(self) -> str:
        """A sentence."""
        return f"{NEVER_BEGAN}: {self}"

    @staticmethod
    def trailing_metadata() -> Tuple[()]:
        """None."""
        return ()


class _Recovering:
    """What both interceptors do.

    Target: `target`, else the service ("shop.Orders").  A method may run twice
    when it is among `idempotent` ("Cancel", "/shop.Orders/Cancel", or a function
    of the full name that says so); left out, when its name says that it only
    reads: see READING.
    """

    def __init__(self, *, client: Optional[Client] = None, target: str = "",
                 idempotent: Optional[Idempotent] = None, **options: Any) -> None:
        self._runner = Runner(client, {"from_value": _refuse, **options})
        self._target = target
        self._idempotent = idempotent

    def _options(self, details: Any) -> Options:
        method = _text(details.method)
        twice = Idempotency.IDEMPOTENT if self._runs_twice(method) else Idempotency.NOT_IDEMPOTENT
        own = self._runner.options
        return own.but(target=self._target or method.strip("/").split("/")[0],
                       idempotency=twice if own.idempotency is Idempotency.UNSPECIFIED
                       else own.idempotency,
                       time_budget=shorter(details.timeout, own.time_budget))

    def _runs_twice(self, method: str) -> bool:
        name = method.rpartition("/")[2]
        if self._idempotent is None:
            return name.startswith(READING)
        if callable(self._idempotent):
            return self._idempotent(method)
        return method in self._idempotent or name in self._idempotent


def _text(method: Any) -> str:
    return method.decode() if isinstance(method, bytes) else str(method)


def _refuse(value: Any) -> Any:
    raise TypeError("a JSON value is no message: pass from_value")


def _details_for(details: Any, attempt: Attempt) -> _Details:
    return _Details(details.method, shorter(details.timeout, attempt.timeout), details.metadata,
                    getattr(details, "credentials", None),
                    getattr(details, "wait_for_ready", None),
                    getattr(details, "compression", None))


class RecoveringInterceptor(_Recovering, grpc.UnaryUnaryClientInterceptor):
    """For grpc.intercept_channel; put it last, nearest to the caller, so that
    each repetition passes through the others.  Thread safety: safe."""

    def intercept_unary_unary(self, continuation: Callable[..., Any], client_call_details: Any,
                              request: Any) -> Any:
        """One call; of `future`, repetitions run on a thread of their own."""
        options = self._options(client_call_details)
        site = self._runner.site(options)
        if site.special:
            return self._recovered(continuation, client_call_details, request, options, None)
        first = continuation(_details_for(client_call_details, Attempt(
            timeout=options.time_budget)), request)
        if not first.done():
            return _Later(self, continuation, client_call_details, request, options, first)
        error = first.exception()
        if error is None:
            site.calls += 1
            return first
        return self._recovered(continuation, client_call_details, request, options, error)

    def _recovered(self, continuation: Callable[..., Any], details: Any, request: Any,
                   options: Options, failure: Optional[BaseException]) -> "_Ended":
        calls: List[Any] = []

        def once(attempt: Attempt) -> Any:
            calls.append(continuation(_details_for(details, attempt), request))
            return calls[-1].result()
        try:
            value = self._runner.run(once, options, failure).value
            return _Ended(value, None, calls[-1] if calls else None)
        except CircuitOpenError as error:
            return _Ended(None, CircuitOpenRpcError(error.name, error.retry_in), None)
        except Cancelled as error:
            return _Ended(None, error, calls[-1] if calls else None)
        except Exception as error:  # pylint: disable=broad-except
            return _Ended(None, error, error)


class _Ended:
    """A call that is over: what grpc asks of the outcome of a unary call."""

    def __init__(self, value: Any, error: Optional[BaseException], call: Any) -> None:
        self._value = value
        self._error = error
        self._call = call

    def result(self, timeout: Optional[float] = None) -> Any:
        """The response; raises what ended the call."""
        if self._error is not None:
            raise self._error
        return self._value

    def exception(self, timeout: Optional[float] = None) -> Optional[BaseException]:
        """What ended the call, or None."""
        return self._error

    def traceback(self, timeout: Optional[float] = None) -> Any:
        """The error's."""
        return self._error.__traceback__ if self._error is not None else None

    def add_done_callback(self, function: Callable[[Any], Any]) -> None:
        """Calls back at once."""
        function(self)

    def done(self) -> bool:
        """True."""
        return True

    def cancel(self) -> bool:
        """It is too late."""
        return False

    cancelled = running = is_active = cancel

    def time_remaining(self) -> Optional[float]:
        """None: it is over."""
        return None

    def code(self) -> Any:
        """The status."""
        return grpc.StatusCode.OK if self._error is None else self._of("code")

    def details(self) -> Any:
        """The status's text."""
        return self._of("details")

    def initial_metadata(self) -> Any:
        """Of the last call."""
        return self._of("initial_metadata")

    def trailing_metadata(self) -> Any:
        """Of the last call."""
        return self._of("trailing_metadata")

    def _of(self, name: str) -> Any:
        method = getattr(self._error if self._error is not None else self._call, name, None)
        return method() if callable(method) else None


class _Later(concurrent.futures.Future):  # type: ignore[type-arg]
    """What `future` gives: the first call, and its recovery where it fails."""

    def __init__(self, interceptor: RecoveringInterceptor, continuation: Callable[..., Any],
                 details: Any, request: Any, options: Options, first: Any) -> None:
        super().__init__()
        self._stop = threading.Event()
        self._first = first
        self._outcome: Any = first
        self._go_on = lambda error: interceptor._recovered(  # pylint: disable=protected-access
            continuation, details, request, options.but(cancel=self._stop), error)
        self._site = interceptor._runner.site(options)  # pylint: disable=protected-access
        first.add_done_callback(self._first_is_done)

    def _first_is_done(self, first: Any) -> None:
        if self._stop.is_set() or first.cancelled():
            super().cancel()
            self.set_running_or_notify_cancel()
            return
        error = first.exception()
        if error is None:
            self._site.calls += 1
            self.set_result(first.result())
            return
        threading.Thread(target=self._recover, args=(error,), name="recourse-grpc-future",
                         daemon=True).start()

    def _recover(self, error: BaseException) -> None:
        self._outcome = self._go_on(error)
        ended = self._outcome.exception()
        if isinstance(ended, Cancelled):
            super().cancel()
            self.set_running_or_notify_cancel()
        elif ended is None:
            self.set_result(self._outcome.result())
        else:
            self.set_exception(ended)

    def cancel(self) -> bool:
        """Ends the call, or the wait before its next attempt."""
        if self.done():
            return False
        self._stop.set()
        self._first.cancel()
        return True

    def result(self, timeout: Optional[float] = None) -> Any:
        """The response; errors are those of grpc.Future."""
        return _as_grpc(super().result, timeout)

    def exception(self, timeout: Optional[float] = None) -> Any:
        """What ended the call, or None."""
        return _as_grpc(super().exception, timeout)

    def traceback(self, timeout: Optional[float] = None) -> Any:
        """The error's."""
        error = self.exception(timeout)
        return error.__traceback__ if error is not None else None

    def is_active(self) -> bool:
        """Whether it goes on."""
        return not self.done()

    def __getattr__(self, name: str) -> Any:
        """code, details and metadata, of the last call."""
        if name in ("code", "details", "initial_metadata", "trailing_metadata",
                    "time_remaining", "add_callback"):
            return getattr(self._outcome, name)
        raise AttributeError(name)


def _as_grpc(wait: Callable[[Optional[float]], Any], timeout: Optional[float]) -> Any:
    try:
        return wait(timeout)
    except concurrent.futures.CancelledError:
        raise grpc.FutureCancelledError() from None
    except concurrent.futures.TimeoutError:
        raise grpc.FutureTimeoutError() from None


class AsyncRecoveringInterceptor(_Recovering, grpc.aio.UnaryUnaryClientInterceptor):
    """For channels of grpc.aio."""

    async def intercept_unary_unary(self, continuation: Callable[..., Any],
                                    client_call_details: Any, request: Any) -> Any:
        """One call."""
        async def once(attempt: Attempt) -> Any:
            call = await continuation(grpc.aio.ClientCallDetails(
                client_call_details.method,
                shorter(client_call_details.timeout, attempt.timeout),
                client_call_details.metadata, client_call_details.credentials,
                client_call_details.wait_for_ready), request)
            await call
            return call
        try:
            return (await self._runner.run_async(once, self._options(client_call_details))).value
        except CircuitOpenError as error:
            raise grpc.aio.AioRpcError(UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(),
                                       details=f"{NEVER_BEGAN}: {error}") from error
