// Starts recourse-server, as $RECOURSE_SERVER names it; or one that a test scripts.
import { spawn } from "node:child_process";
import net from "node:net";
import readline from "node:readline";
import { promisify } from "node:util";
import * as grpc from "@grpc/grpc-js";

export const BINARY = process.env.RECOURSE_SERVER;

/** An address at which nobody listens yet. */
export async function freeAddress() {
  const probe = net.createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return `127.0.0.1:${port}`;
}

/** A server of its own; `address` is where it serves. */
export async function startServer(listen = "127.0.0.1:0") {
  const child = spawn(BINARY, ["--listen", listen, "--store", "memory:"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const lines = readline.createInterface({ input: child.stdout });
  const [line] = await Promise.race([
    new Promise((resolve) => lines.once("line", (text) => resolve([text]))), ended.then(() => []),
  ]);
  const address = /^recourse-server ready grpc=(\S+)/.exec(line ?? "")?.[1];
  if (!address) throw new Error(`the server does not serve: ${line}`);
  return {
    address,
    pause: () => child.kill("SIGSTOP"),
    resume: () => child.kill("SIGCONT"),
    /** Ends it at once. */
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A server with these methods, "Service/Method" to a handler of bytes; others are unimplemented. One
 * that takes the call alone streams. */
export async function fakeServer(methods) {
  const server = new grpc.Server();
  const bytes = (value) => Buffer.from(value);
  const plain = {
    requestStream: false, requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes,
    responseDeserialize: bytes,
  };
  const service = Object.entries(methods).map(([name, handler]) => [
    name, { ...plain, path: `/recourse.v1.${name}`, responseStream: handler.length === 1 }]);
  server.addService(Object.fromEntries(service), methods);
  const port = await promisify(server.bindAsync.bind(server))("127.0.0.1:0", grpc.ServerCredentials.createInsecure());
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}
