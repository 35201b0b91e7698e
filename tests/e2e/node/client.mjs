// The loop from Node, with nothing but the protos: try, ask, obey, report.
// Exits with 1 on any mismatch.
//   node client.mjs SERVER_BINARY PROTO_FOLDER...
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [binary, ...includeDirs] = process.argv.slice(2);
const definition = loader.loadSync(
  ['recourse/v1/orchestrator.proto', 'google/rpc/status.proto',
    'google/rpc/error_info.proto', 'google/rpc/error_details.proto'],
  { includeDirs, keepCase: true, enums: String, longs: Number, defaults: true, oneofs: true });
const { recourse } = grpc.loadPackageDefinition(definition);

// Fails twice, then answers.
let calls = 0;
function flaky() {
  if (++calls < 3) throw new Error('connect ECONNREFUSED 10.0.0.1:5432');
  return 'answer';
}

// Try; if it fails, ask; do the action; report once at the end.
async function recover(call, operation) {
  let recovery_token = '';
  for (let failures = 0; ; ++failures) {
    try {
      const answer = operation();
      const { recorded } = await call('ReportOutcome', { recovery_token, outcome: 'OUTCOME_SUCCESS' });
      assert.ok(recorded);
      return { answer, failures };
    } catch (error) {
      if (error instanceof assert.AssertionError || error.code !== undefined) throw error;
      const result = await call('HandleError', { error: { message: error.message }, recovery_token });
      assert.equal(result.action, 'retry');  // A real caller sleeps result.retry.delay.
      assert.equal(result.retry.attempt, failures + 1);
      recovery_token = result.recovery_token;
    }
  }
}

// The reason and the field that a refusal carries.
function details(error) {
  const decode = (type, bytes) => definition[`google.rpc.${type}`].deserialize(bytes);
  const any = (type) => decode('Status', error.metadata.get('grpc-status-details-bin')[0])
    .details.find((d) => d.type_url.endsWith(`.${type}`));
  return {
    reason: decode('ErrorInfo', any('ErrorInfo').value).reason,
    field: decode('BadRequest', any('BadRequest').value).field_violations[0].field,
  };
}

// One batch through the stream, and its answer.
async function stream(client) {
  const call = client.HandleErrorStream();
  call.write({ batch_id: 'b', contexts: [{ error: { http_status: 503 } }, {}] });
  const [{ batch_id, slots }] = await once(call, 'data');
  assert.equal(batch_id, 'b');
  assert.equal(slots[0].result.strategy_used, 'RECOVERY_STRATEGY_RETRY');
  assert.equal(slots[1].error.reason, 'EMPTY_ERROR');
  call.end();
  await once(call, 'end');
}

const server = spawn(binary, ['--listen', '127.0.0.1:0', '--store', 'memory:'],
  { stdio: ['ignore', 'pipe', 'inherit'] });
process.on('exit', () => server.kill('SIGKILL'));
const ended = once(server, 'exit');
const [ready] = await once(createInterface(server.stdout), 'line');
const [, address] = ready.match(/^recourse-server ready grpc=(\S+) http=\S+$/);

const client = new recourse.v1.ErrorRecoveryOrchestrator(address, grpc.credentials.createInsecure());
const call = (method, request) => promisify(client[method]).call(client, request);
assert.deepEqual(await recover(call, flaky), { answer: 'answer', failures: 2 });

const pattern = {
  pattern_id: 'flux', error_type: 'ERROR_TYPE_CUSTOM', regex_pattern: 'flux capacitor',
  recovery_strategy: 'RECOVERY_STRATEGY_ESCALATION',
};
await call('AddErrorPattern', { pattern });
const decided = await call('HandleError', { error: { message: 'the flux capacitor is empty' } });
assert.equal(decided.classification.pattern_id, 'flux');
assert.equal(decided.disposition, 'DISPOSITION_ESCALATED');
await assert.rejects(
  call('AddErrorPattern', { pattern: { ...pattern, pattern_id: 'bad', regex_pattern: '(' } }),
  (error) => {
    assert.equal(error.code, grpc.status.INVALID_ARGUMENT);
    assert.deepEqual(details(error), { reason: 'INVALID_REGEX', field: 'pattern.regex_pattern' });
    return true;
  });
await stream(client);

client.close();
server.kill('SIGTERM');
assert.deepEqual(await ended, [0, null]);
console.log(`node client: all is well (node ${process.version})`);
