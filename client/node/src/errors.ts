// Errors of the client's own. An operation's error is never replaced by one of these: it comes
// back as it was thrown.
import type { Decision } from "./model.js";

/** Base of what this package throws on its own account. */
export class RecourseError extends Error {
  override name = "RecourseError";
}

/** The operation did not begin: the circuit of its target is open. */
export class CircuitOpenError extends RecourseError {
  override name = "CircuitOpenError";

  /** `retryInMs`: until it may be tried again; undefined: not known. */
  constructor(readonly target: string, readonly retryInMs?: number) {
    const again = retryInMs === undefined ? "" : `, again in ${(retryInMs / 1000).toFixed(1)} s`;
    super(`the circuit of ${target || "this operation"} is open${again}`);
  }
}

/** A person said to go on without the operation's answer. */
export class Skipped extends RecourseError {
  override name = "Skipped";

  constructor(readonly note = "") {
    super(`skipped by a person${note ? `: ${note}` : ""}`);
  }
}

/** `validate` refused what an attempt brought. */
export class InvalidValueError extends RecourseError {
  override name = "recourse.InvalidValue";

  constructor(readonly value: unknown) {
    super("validate refused the value");
  }
}

/** A remediation was asked for that this caller does not have. */
export class RemediationError extends RecourseError {
  override name = "RemediationError";
}

const AWAY = new Set([
  "UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL", "UNKNOWN", "CANCELLED",
]);

/** A question to Recourse got no decision. */
export class AskError extends RecourseError {
  override name = "AskError";

  /** `code`: the gRPC code's name; `reason`: the server's own in UPPER_SNAKE, empty where nobody
   * answered; `field`: the field at fault. */
  constructor(
    readonly code: string, message: string, readonly reason = "", readonly field = "",
  ) {
    super(`${code}: ${message}`);
  }

  /** Whether the service is away or overloaded; else it refused. */
  get unavailable(): boolean {
    return AWAY.has(this.code);
  }

  /** Whether it was the token that was not taken. */
  get refusedToken(): boolean {
    return this.code === "INVALID_ARGUMENT" && this.reason.startsWith("TOKEN_");
  }
}

const decisions = new WeakMap<object, Decision>();

/** The last decision of the recovery that ended with this error. */
export function decisionOf(error: unknown): Decision | undefined {
  return isObject(error) ? decisions.get(error) : undefined;
}

/** @internal */
export function attachDecision(error: unknown, decided: Decision | undefined): void {
  if (decided && isObject(error)) decisions.set(error, decided);
}

/** Makes `before` the cause of `error`, unless it has one or that would be a circle. */
export function chain(error: unknown, before: unknown): void {
  if (before === undefined || before === error || !(error instanceof Error)) return;
  if (error.cause !== undefined || leadsTo(before, error)) return;
  try {
    Object.defineProperty(error, "cause", {
      value: before, writable: true, configurable: true, enumerable: false,
    });
  } catch {
    // It is frozen.
  }
}

function leadsTo(error: unknown, other: unknown): boolean {
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    if (at === other) return true;
    seen.add(at);
  }
  return false;
}

/** Whether an error is the language's way of saying "cancelled". */
export function isAbort(error: unknown): boolean {
  return isObject(error) && ((error as Error).name === "AbortError"
    || (error as { code?: unknown }).code === "ERR_CANCELED");
}

export function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
