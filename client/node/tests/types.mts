// Compiles when the types say what they should; it is never run.
import {
  CircuitBreaker, Client, decisionOf, policy, recover, recoverDetailed, wrap,
  type Attempt, type Decision, type Options, type Recovered,
} from "recourse";
import { recoverFetch } from "recourse/fetch";
import { Recorder, retry, testMode } from "recourse/testing";

interface State { prompt: string; tokens: number }

const value: Promise<string> = recover(async (attempt: Attempt<State>) => attempt.state.prompt, {
  target: "svc", state: { prompt: "p", tokens: 1 }, idempotency: "idempotent",
  policy: policy().retry({ maxRetries: 2, jitter: "equal" }).alternativePath(["b"]).escalation(),
  validate: async (text) => text.length > 0,
  onDecision: (decision) => decision.action?.kind === "retry" && decision.action.delayMs,
  onCorrect: (_, state) => ({ ...state, tokens: 2 }),
  alternatives: { b: async () => "other" },
  awaitHuman: ({ incidentId }) => console.log(incidentId),
  breaker: new CircuitBreaker({ onStateChange: (state) => state === "half_open" }),
});
const detailed: Promise<Recovered<number>> = recoverDetailed(() => 1);
const wrapped: (a: string, b: number) => Promise<string> =
  wrap((attempt, a: string, b: number) => a.repeat(b) + attempt.target, (a) => ({ target: a }));
const decided: Decision | undefined = decisionOf(new Error());
const off: () => void = new Client("127.0.0.1:1").on("circuit", ({ target, state }) => target + state);
const fetching: typeof fetch = recoverFetch({ alternatives: { mirror: "https://mirror.example" } });
const recorded: Promise<readonly number[]> =
  testMode([retry(5), "UNAVAILABLE"], (recorder: Recorder) => recorder.waits);
export { value, detailed, wrapped, decided, off, fetching, recorded };

// @ts-expect-error A target is a text.
recover(() => 1, { target: 7 });
// @ts-expect-error There is no such option.
recover(() => 1, { timeBudget: 7 });
// @ts-expect-error There is no such jitter.
policy().retry({ jitter: "some" });
// @ts-expect-error What comes back is what the operation returns.
const wrong: Promise<string> = recover(() => 1);
// @ts-expect-error Whether a value will do is yes or no.
recover(() => "a", { validate: (text) => text.length });
// @ts-expect-error The wrapped function's arguments have types.
wrapped(1, 2);
const options: Options<number> = {
  // @ts-expect-error The fallback is a value of the operation's type.
  fallback: "text",
};
export { wrong, options };
