// Reads google.rpc details out of a refusal, without their generated code: Status {details = 3: Any
// {type_url = 1, value = 2}}, ErrorInfo {reason = 1}, BadRequest {field_violations = 1: {field = 1}}.
import type { ServiceError } from "@grpc/grpc-js";
import { AskError } from "./errors.js";

const DETAILS_KEY = "grpc-status-details-bin";

/** What a ServiceError says, as an AskError; `name` is its code's. */
export function askError(error: ServiceError, name: string): AskError {
  const message = error.details ?? error.message ?? "";
  const packed = error.metadata?.get(DETAILS_KEY)?.[0];
  let { reason, field } = packed instanceof Uint8Array ? details(packed) : { reason: "", field: "" };
  // A server that says it in words alone.
  reason ||= /^([A-Z][A-Z0-9_]+)(?::|$)/.exec(message)?.[1] ?? "";
  return new AskError(name, message, reason, field);
}

function details(packed: Uint8Array): { reason: string; field: string } {
  let reason = "";
  let field = "";
  try {
    for (const [number, detail] of fields(packed)) {
      if (number !== 3) continue;
      const parts = new Map(fields(detail));
      const type = text(parts.get(1));
      const value = parts.get(2) ?? new Uint8Array();
      if (type.endsWith("google.rpc.ErrorInfo")) {
        reason = text(new Map(fields(value)).get(1));
      } else if (type.endsWith("google.rpc.BadRequest")) {
        const violation = [...fields(value)].find(([which]) => which === 1)?.[1];
        field = violation ? text(new Map(fields(violation)).get(1)) : "";
      }
    }
  } catch {
    // Not what it should be: the code and the message remain.
  }
  return { reason, field };
}

function text(bytes: Uint8Array | undefined): string {
  return bytes ? Buffer.from(bytes).toString() : "";
}

/** The fields of a message that have a length; numbers are passed over. */
function* fields(message: Uint8Array): Generator<[number, Uint8Array]> {
  let position = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = message[position++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new Error("not a number");
  };
  while (position < message.length) {
    const tag = varint();
    if ((tag & 7) === 0) {
      varint();
    } else if ((tag & 7) === 2) {
      const length = varint();
      yield [tag >>> 3, message.subarray(position, position + length)];
      position += length;
    } else {
      throw new Error("not a field of these messages");
    }
  }
}
