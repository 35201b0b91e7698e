"""Reads google.rpc details out of a refusal, without their generated code:
Status {details = 3: Any {type_url = 1, value = 2}}, ErrorInfo {reason = 1},
BadRequest {field_violations = 1: {field = 1}}."""
from __future__ import annotations

from typing import Any, Iterator, Tuple

from recourse.errors import AskError

_DETAILS_KEY = "grpc-status-details-bin"


def ask_error(error: Any) -> AskError:
    """What a grpc.RpcError says, as an AskError."""
    try:
        code = error.code().name
        message = error.details() or ""
        packed = dict(error.trailing_metadata() or ()).get(_DETAILS_KEY, b"")
    except AttributeError:  # It was cancelled, or never began.
        return AskError("CANCELLED", str(error))
    reason, field = _reason_and_field(packed)
    if not reason and message.split(":")[0].isupper():
        reason = message.split(":")[0]  # A server that says it in words alone.
    return AskError(code, message, reason, field)


def _reason_and_field(packed: bytes) -> Tuple[str, str]:
    reason = field = ""
    try:
        for number, detail in _fields(packed):
            if number != 3:
                continue
            parts = dict(_fields(detail))
            if parts.get(1, b"").endswith(b"google.rpc.ErrorInfo"):
                reason = dict(_fields(parts.get(2, b""))).get(1, b"").decode()
            elif parts.get(1, b"").endswith(b"google.rpc.BadRequest"):
                violations = [value for n, value in _fields(parts.get(2, b"")) if n == 1]
                field = dict(_fields(violations[0])).get(1, b"").decode() if violations else ""
    except (IndexError, UnicodeDecodeError, ValueError):
        pass  # Not what it should be: the code and the message remain.
    return reason, field


def _fields(message: bytes) -> Iterator[Tuple[int, bytes]]:
    """The fields of a message that have a length; numbers are passed over."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        if tag & 7 == 0:
            _, position = _varint(message, position)
        elif tag & 7 == 2:
            length, position = _varint(message, position)
            yield tag >> 3, message[position:position + length]
            position += length
        else:
            raise ValueError("not a field of these messages")


def _varint(message: bytes, position: int) -> Tuple[int, int]:
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 0x7F) << shift
        position += 1
        shift += 7
        if byte < 0x80:
            return value, position
