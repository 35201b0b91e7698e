// What a recovery is told.
import type { Attempt } from "./attempt.js";
import type { CircuitBreaker } from "./circuit-breaker.js";
import type { MapError } from "./describe.js";
import { InvalidValueError, type AskError } from "./errors.js";
import type {
  Alternative, CorrectionAction, Decision, DegradationAction, Disagreement, ErrorDetails,
  EscalationAction,
} from "./model.js";
import { Policy, type Step } from "./steps.js";
import type { ErrorType, Idempotency, Mode } from "./words.js";

export type Operation<T, S = any> = (attempt: Attempt<S>) => T | PromiseLike<T>;
export type Plan = Policy | readonly Step[];

/** How an operation is to be recovered. Defaults suit one that may be run again. Durations are
 * milliseconds. */
export interface Options<T = any, S = any> {
  /** What is called, for example "openai/gpt-4". Left out: the function's name. */
  target?: string;
  idempotency?: Idempotency;
  /** Time for all of it, waits included. Left out: no limit. */
  timeBudgetMs?: number;
  /** Of one call. */
  expectedCallTimeMs?: number;
  /** Cancels everything; what comes back is its reason. */
  signal?: AbortSignal;
  /** The caller's own plan: asked after a user's pattern, before the library. */
  policy?: Plan;
  /** The same, where the plan depends on the error. */
  policyFor?: (error: unknown, details: ErrorDetails) => Plan;
  /** Whether a value that an attempt brought will do. If it is falsy, or what it throws: the attempt
   * failed like any other (InvalidValueError, or what was thrown), and the value is never returned.
   * Values that stand in for the operation's are not looked at. */
  validate?: (value: T) => boolean | PromiseLike<boolean>;
  /** False: the error passes at once. */
  shouldRecover?: (error: unknown) => boolean;
  /** A breaker of this process, in front of the operation (not of its alternatives). */
  breaker?: CircuitBreaker;

  /** The operation's input: it comes with each attempt, edited. */
  state?: S;
  /** Path in it of the text that may be corrected. */
  subjectField?: string;

  /** What else can be run: names, alternatives, or functions that run in place of the operation,
   * by name. Left out: every alternative, and the operation looks at attempt.alternative. */
  alternatives?: readonly (string | Alternative)[] | Record<string, Operation<T, S>>;
  /** Levels and features of degradations. Left out: every one. */
  degradations?: readonly string[];
  /** Called when less is to be done; what it returns, if anything, is the new state, in place of the
   * edited one. One that throws is a failed attempt. */
  onDegrade?: (action: DegradationAction, state: S) => S | void | PromiseLike<S | void>;
  /** The same for corrected input. */
  onCorrect?: (action: CorrectionAction, state: S) => S | void | PromiseLike<S | void>;
  /** Actions to run before going on, by name; one that throws is a failed attempt. */
  remediations?: Record<string, () => unknown>;
  /** Wait for a person when an incident asks for it; a function is told of the incident. */
  awaitHuman?: boolean | ((incident: EscalationAction) => void);
  /** Default 24 h. */
  maxHumanWaitMs?: number;

  /** What stands in when nothing helped: a value, or a function of the error. */
  fallback?: T | ((error: unknown) => T | PromiseLike<T>);
  /** Turns a fallback value of Recourse's (JSON) into an answer. */
  fromValue?: (value: any) => T;
  /** Calls that take longer count as slow. */
  slowCallMs?: number;

  workflowId?: string;
  nodeName?: string;
  stepCount?: number;
  quotaScope?: string;
  labels?: Record<string, string>;
  errorTypeHint?: ErrorType;
  /** How often a layer above has repeated this call already: 1 or more, and no retry is granted. */
  upstreamAttempt?: number;
  /** Send the stack trace: some patterns ask for it. Default false. */
  sendStack?: boolean;
  /** Returns better details of an error. */
  mapError?: MapError;
  /** Left out: the client's. */
  mode?: Mode;

  onDecision?: (decision: Decision) => void;
  onAskFailed?: (error: AskError) => void;
  onDisagreement?: (disagreement: Disagreement) => void;
}

/** Throws an error that names the option at fault. */
type Check = (name: string, value: unknown) => void;

const anything: Check = () => undefined;
const duration: Check = (name, value) => {
  if (value !== undefined && !(typeof value === "number" && value >= 0)) {
    throw new RangeError(`${name} must be 0 ms or more, is ${String(value)}`);
  }
};
const oneOf = (...words: string[]): Check => (name, value) => {
  if (value !== undefined && !words.includes(value as string)) {
    throw new TypeError(`${name} '${String(value)}' is none of ${words.join(", ")}`);
  }
};
const CHECKS: Record<keyof Options, Check> = {
  timeBudgetMs: duration, expectedCallTimeMs: duration, slowCallMs: duration, maxHumanWaitMs: duration,
  idempotency: oneOf("unspecified", "idempotent", "not_idempotent"), mode: oneOf("obey", "observe"),
  target: anything, signal: anything, policy: anything, policyFor: anything, validate: anything,
  shouldRecover: anything, breaker: anything, state: anything, subjectField: anything, alternatives: anything,
  degradations: anything, onDegrade: anything, onCorrect: anything, remediations: anything,
  awaitHuman: anything, fallback: anything, fromValue: anything, workflowId: anything,
  nodeName: anything, stepCount: anything, quotaScope: anything, labels: anything,
  errorTypeHint: anything, upstreamAttempt: anything, sendStack: anything, mapError: anything,
  onDecision: anything, onAskFailed: anything, onDisagreement: anything,
};
const BY_NAME = new Map<string, Check>(Object.entries(CHECKS));

/** Throws a TypeError or RangeError that names the option at fault. Only what is given costs time:
 * this is on the path of every call. */
export function checkOptions(options: Options): void {
  for (const name in options) {
    const check = BY_NAME.get(name);
    if (check === undefined) throw new TypeError(`there is no option '${name}'`);
    if (check !== anything) check(name, options[name as keyof Options]);
  }
}

/** Throws where `validate` refuses the value. */
export async function holdValid<T>(validate: NonNullable<Options<T>["validate"]>, value: T): Promise<void> {
  if (!await validate(value)) throw new InvalidValueError(value);
}

/** The steps of a plan. */
export function stepsOf(plan: Plan | undefined): readonly Step[] {
  if (plan === undefined) return NONE;
  return plan instanceof Policy ? plan.steps : plan;
}

/** Names of the alternatives that the caller can take; undefined: every one. */
export function alternativeNames(options: Options): string[] | undefined {
  const { alternatives } = options;
  if (alternatives === undefined) return undefined;
  if (!isList(alternatives)) return Object.keys(alternatives);
  return alternatives.map((one) => typeof one === "string" ? one : one.name);
}

/** The alternatives that the caller declares, for plans that name none. */
export function declaredAlternatives(options: Options): Alternative[] {
  const { alternatives } = options;
  if (alternatives === undefined) return [];
  if (!isList(alternatives)) return Object.keys(alternatives).map((name) => ({ name }));
  return alternatives.map((one) => typeof one === "string" ? { name: one } : one);
}

/** What an answer leaves out of an alternative is as the caller declared it; a target that is the name
 * counts as left out. */
export function asDeclared(options: Options, told: Alternative): Alternative {
  const declared = declaredAlternatives(options).find((one) => one.name === told.name);
  if (!declared) return told;
  const target = told.target && told.target !== told.name ? told.target : declared.target ?? told.name;
  return { ...told, target, parameters: { ...declared.parameters, ...told.parameters } };
}

/** The function that runs in place of the operation. */
export function runnerOf<T, S>(
  options: Options<T, S>, operation: Operation<T, S>, alternative: Alternative | undefined,
): Operation<T, S> {
  const { alternatives } = options;
  if (!alternative || alternatives === undefined || isList(alternatives)) return operation;
  return Object.hasOwn(alternatives, alternative.name) ? alternatives[alternative.name]! : operation;
}

type List = readonly (string | Alternative)[];

function isList(alternatives: List | Record<string, unknown>): alternatives is List {
  return Array.isArray(alternatives);
}

const NONE: readonly Step[] = [];
