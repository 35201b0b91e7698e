// The closed sets that decisions are made of.

/** What kind of thing went wrong, as the author of a pattern sees it. */
export type ErrorType =
  | "network" | "validation" | "generation" | "syntax" | "contract" | "timeout" | "rate_limit"
  | "ai_service" | "security" | "unknown" | "custom";

/** The way of recovering that produced a decision. */
export type RecoveryStrategy =
  | "none" | "retry" | "alternative_path" | "graceful_degradation" | "error_correction"
  | "escalation" | "custom";

/** What a failure means for trying again. */
export type FailureCategory =
  | "transient" | "connection" | "timeout" | "rate_limit" | "authentication" | "integrity"
  | "resource" | "concurrency" | "permanent" | "unknown";

/** How bad one occurrence is. */
export type Severity = "low" | "medium" | "high" | "critical";

/** Whether running an operation twice is the same as running it once; "unspecified" counts as
 * "idempotent". */
export type Idempotency = "unspecified" | "idempotent" | "not_idempotent";

/** What a caller is to do with a decision; "unspecified": a newer server's, not understood. */
export type Disposition =
  | "unspecified" | "act" | "recovered" | "wait_for_human" | "escalated" | "give_up";

/** How an operation ended that had asked for help. */
export type Outcome = "success" | "failure" | "abandoned" | "cancelled";

/** How the wait grows with the retries of a step. */
export type Backoff = "exponential" | "linear" | "fixed" | "none";

/** How chance spreads waits out. */
export type Jitter = "none" | "full" | "equal" | "decorrelated" | "range";

/** What a person said a waiting operation is to do. */
export type ResolutionAction = "retry" | "abort" | "skip" | "resume";

/** What a client does with decisions: obeys them, or only records them while the caller's own
 * retries go on. */
export type Mode = "obey" | "observe";

/** What a circuit does with calls. */
export type CircuitState =
  | "closed" | "open" | "half_open" | "forced_open" | "forced_closed" | "disabled" | "shadow";

/** Whether calls are held back. */
export function gates(state: CircuitState | undefined): boolean {
  return state === "open" || state === "half_open" || state === "forced_open";
}
