// Starts recourse-server, as $RECOURSE_SERVER names it.
import { spawn } from "node:child_process";
import net from "node:net";
import readline from "node:readline";

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
