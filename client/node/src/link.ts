// The connection to a Recourse server, over gRPC. It does not keep the process alive; a question or
// a poll that somebody awaits does.
import { randomUUID } from "node:crypto";
import os from "node:os";
import * as grpc from "@grpc/grpc-js";
import type { Awaited, CircuitListener, Link, Question } from "./asking.js";
import { AskError } from "./errors.js";
import type { CircuitChange, Decision } from "./model.js";
import type { Sums } from "./sites.js";
import { askError } from "./status-details.js";
import * as wire from "./wire.js";
import type { Outcome } from "./words.js";

export const REPORT_TIMEOUT_MS = 250; // Reports are not repeated.
const GRACE_MS = 100; // gRPC ends calls at their deadline; should it not, we do.
const POLL_GRACE_MS = 5000;
const OPTIONS: grpc.ChannelOptions = {
  "grpc.initial_reconnect_backoff_ms": 500,
  "grpc.max_reconnect_backoff_ms": 1000, // Back within 5 s, jitter included.
  "grpc.keepalive_time_ms": 20_000, // The server tolerates one in 10 s.
  "grpc.keepalive_timeout_ms": 5000,
  "grpc.service_config": JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }),
  "grpc.service_config_disable_resolution": 1,
  "grpc.use_local_subchannel_pool": 1, // Closed with us.
};

export interface LinkOptions {
  address: string;
  service: string;
  instance: string;
  namespace: string;
  labels: Record<string, string>;
  credentials?: grpc.ChannelCredentials;
}

interface CallOptions {
  /** Its deadline. */
  timeoutMs: number;
  /** Whether somebody awaits the answer: the process stays alive for it. */
  awaited: boolean;
  signal?: AbortSignal;
}

export class GrpcLink implements Link {
  private readonly client: grpc.Client;
  private readonly asker: wire.Asker;

  constructor(options: LinkOptions) {
    const { service, namespace, labels } = options;
    const instance = options.instance
      || `${os.hostname().slice(0, 64)}-${process.pid}-${randomUUID().slice(0, 8)}`;
    this.asker = { service, instance, namespace, labels };
    this.client = new grpc.Client(
      options.address, unheld(options.credentials ?? grpc.credentials.createInsecure()), OPTIONS);
  }

  ask(question: Question, timeoutMs: number, signal?: AbortSignal): Promise<Decision> {
    return this.call("ErrorRecoveryOrchestrator/HandleError", wire.toContext(question, this.asker),
      wire.fromResult, { timeoutMs, awaited: true, signal });
  }

  poll(incidentId: string, token: string, waitMs: number, signal?: AbortSignal): Promise<Awaited> {
    return this.call("Incidents/AwaitIncident", wire.toAwait(incidentId, token, waitMs),
      wire.fromAwaited, { timeoutMs: waitMs + POLL_GRACE_MS, awaited: true, signal });
  }

  report(token: string, outcome: Outcome, durationMs: number): Promise<void> {
    return this.call("ErrorRecoveryOrchestrator/ReportOutcome",
      wire.toOutcome(token, outcome, durationMs), () => undefined,
      { timeoutMs: REPORT_TIMEOUT_MS, awaited: false });
  }

  reportCalls(
    sums: readonly Sums[], sequence: number,
  ): Promise<{ nextMs: number; circuits: CircuitChange[] }> {
    return this.call("CircuitBreakers/ReportCalls", wire.toReportCalls(sums, this.asker, sequence),
      wire.fromReportCalls, { timeoutMs: REPORT_TIMEOUT_MS, awaited: false });
  }

  watch(listener: CircuitListener): () => void {
    const stream = this.client.makeServerStreamRequest(
      "/recourse.v1.CircuitBreakers/WatchCircuits", Buffer.from, wire.fromWatch, wire.toWatch(this.asker));
    let ended = false;
    const end = (code: string) => {
      if (!ended) listener.ended(code);
      ended = true;
    };
    stream.on("data", ({ circuit, synced }: ReturnType<typeof wire.fromWatch>) => {
      listener.heard();
      if (circuit) listener.circuit(circuit);
      if (synced) listener.synced();
    });
    stream.on("error", (error: grpc.ServiceError) => end(nameOf(error.code)));
    stream.on("end", () => end("OK"));
    return () => stream.cancel();
  }

  close(): void {
    this.client.close();
  }

  private call<T>(
    method: string, request: Uint8Array, read: (bytes: Uint8Array) => T, options: CallOptions,
  ): Promise<T> {
    const { timeoutMs, awaited, signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        settle();
      };
      const cancel = () => {
        finish(() => reject(signal!.reason));
        call.cancel();
      };
      const timer = setTimeout(() => {
        finish(() => reject(new AskError("DEADLINE_EXCEEDED", "no answer in time")));
        call.cancel();
      }, timeoutMs + GRACE_MS);
      if (!awaited) timer.unref();
      signal?.addEventListener("abort", cancel, { once: true });
      const call = this.client.makeUnaryRequest(
        `/recourse.v1.${method}`, Buffer.from, read, request, { deadline: Date.now() + timeoutMs },
        (error, answer) => finish(
          () => error ? reject(askError(error, nameOf(error.code))) : resolve(answer as T)));
    });
  }
}

function nameOf(code: grpc.status): string {
  return grpc.status[code] ?? "UNKNOWN";
}

/** Credentials whose connections do not keep the process alive. gRPC holds its socket for as long as
 * a call is open, and the stream of circuits always is; there is no other way to say that it does
 * not matter. A version of gRPC that does it otherwise just holds its sockets. */
function unheld(credentials: grpc.ChannelCredentials): grpc.ChannelCredentials {
  type Socket = { ref(): unknown; unref(): unknown };
  type Connector = { connect(socket: Socket): Promise<{ socket: Socket }> };
  const make = (credentials as { _createSecureConnector?: (...given: unknown[]) => Connector })
    ._createSecureConnector;
  if (typeof make !== "function") return credentials;
  return Object.assign(Object.create(credentials) as grpc.ChannelCredentials, {
    _createSecureConnector(...given: unknown[]) {
      const connector = make.apply(credentials, given);
      const connect = connector.connect.bind(connector);
      connector.connect = async (socket) => {
        const result = await connect(socket);
        for (const one of [socket, result.socket]) {
          one.unref();
          one.ref = () => one;
        }
        return result;
      };
      return connector;
    },
  });
}
