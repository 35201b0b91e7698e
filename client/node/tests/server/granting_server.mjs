// Started by fork(): a server that grants a retry of everything and keeps circuits, on plain HTTP/2 so
// that many calls take little time. Sends { address }, and what it was sent when asked for it.
import http2 from "node:http2";
import * as api from "../../dist/api.js";

const REPORTED = 10; // Each so many recoveries have a token, and so a report.
const OK = { ":status": 200, "content-type": "application/grpc" };
const sent = { questions: 0, reports: 0, sums: 0 };

/** A message as gRPC frames it. */
function framed(bytes) {
  const frame = Buffer.alloc(5 + bytes.length);
  frame.writeUInt32BE(bytes.length, 1);
  frame.set(bytes, 5);
  return frame;
}

const retry = (recoveryToken) => framed(api.RecoveryResult.encode({
  disposition: 1, strategyUsed: 2, recoveryToken, action: { $case: "retry", retry: {} },
}).finish());
const [plain, withToken, nothing] = [retry(""), retry("t1"), framed([])];
const METHODS = {
  "/recourse.v1.ErrorRecoveryOrchestrator/HandleError": () => ++sent.questions % REPORTED ? plain : withToken,
  "/recourse.v1.ErrorRecoveryOrchestrator/ReportOutcome": () => (sent.reports += 1, nothing),
  "/recourse.v1.CircuitBreakers/ReportCalls": () => (sent.sums += 1, nothing),
};
const WATCH = "/recourse.v1.CircuitBreakers/WatchCircuits";

const server = http2.createServer();
server.on("stream", (stream, headers) => {
  stream.on("error", () => undefined); // Cancelled.
  stream.resume();
  const method = headers[":path"];
  if (method === WATCH) {
    stream.respond(OK);
    stream.write(framed(api.WatchCircuitsResponse.encode({ synced: true }).finish()));
    return;
  }
  stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
  stream.respond(OK, { waitForTrailers: true });
  stream.end(METHODS[method]());
});
server.listen(0, "127.0.0.1", () => process.send({ address: `127.0.0.1:${server.address().port}` }));
process.on("message", () => process.send(sent));
process.on("disconnect", () => process.exit());
