// fetch and axios that recover, against servers of our own.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, beforeEach, test } from "node:test";
import axios from "axios";
import { recoverAxios } from "recourse/axios";
import { ResponseError, recoverFetch } from "recourse/fetch";
import * as testing from "recourse/testing";

const { Recorder } = testing;
let answers = []; // Statuses, with headers, in order; then 200.
let seen = [];
const server = http.createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request) body += chunk;
  seen.push({ method: request.method, url: request.url, body });
  const [status = 200, headers = {}] = answers.shift() ?? [];
  response.writeHead(status, headers).end(`answer ${status}`);
});
let origin;

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => {
  answers = [];
  seen = [];
});

function recorder(...scripted) {
  return new Recorder(scripted);
}

test("fetch: a failed response is asked about, with what it says", async () => {
  answers = [[503, { "retry-after": "7" }]];
  const client = recorder(testing.retry(7000));
  const response = await recoverFetch({ client })(`${origin}/a?b=1`);
  assert.equal(await response.text(), "answer 200");
  const [{ details, target, options }] = client.questions;
  assert.equal(details.httpStatus, 503);
  assert.equal(details.retryAfterMs, 7000);
  assert.equal(target, new URL(origin).host);
  assert.equal(options.idempotency, "idempotent");
  assert.deepEqual(client.waits, [7000]);
  assert.deepEqual(seen.map((r) => r.url), ["/a?b=1", "/a?b=1"]);
});

test("fetch: the last response comes back when nothing helps; others at once", async () => {
  answers = [[500], [502], [404]];
  const client = recorder(testing.retry(0), testing.giveUp());
  const recovering = recoverFetch({ client });
  const response = await recovering(origin);
  assert.equal(response.status, 502);
  assert.equal(await response.text(), "answer 502"); // Still readable.
  assert.equal((await recovering(origin)).status, 404);
  assert.equal(client.questions.length, 2);
});

test("fetch: a POST is not idempotent, unless it has a key; a body is sent again", async () => {
  answers = [[503], [503]];
  const client = recorder("UNAVAILABLE", testing.retry(0));
  const recovering = recoverFetch({ client });
  assert.equal((await recovering(origin, { method: "POST", body: "1" })).status, 503);
  const request = new Request(origin, { method: "POST", body: "2", headers: { "Idempotency-Key": "k" } });
  assert.equal((await recovering(request)).status, 200);
  assert.deepEqual(client.questions.map((q) => q.options.idempotency), ["not_idempotent", "idempotent"]);
  assert.deepEqual(seen.map((r) => r.body), ["1", "2", "2"]);
});

test("fetch: a stream is sent once", async () => {
  answers = [[503]];
  const client = recorder(testing.retry(0));
  const body = new Blob(["x"]).stream();
  const response = await recoverFetch({ client })(origin, { method: "PUT", body, duplex: "half" });
  assert.equal(response.status, 503);
  assert.equal(client.questions.length, 0);
});

test("fetch: an alternative is another server", async () => {
  answers = [[500]];
  const client = recorder(testing.alternative("mirror"));
  const recovering = recoverFetch({ client, target: "main", alternatives: { mirror: `${origin}/copy/` } });
  for (const input of [`${origin}/a?q=1`, new Request(`${origin}/b`)]) await recovering(input);
  assert.deepEqual(seen.map((r) => r.url), ["/a?q=1", "/copy/a?q=1", "/b"]);
});

test("fetch: connection errors, and cancelling", async () => {
  const client = recorder();
  await assert.rejects(recoverFetch({ client })("http://127.0.0.1:1/"), { name: "TypeError" });
  assert.match(client.questions[0].details.code, /ECONNREFUSED|^$/); // Some versions name no code of a bad port.
  await assert.rejects(recoverFetch({ client })(origin, { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.equal(client.questions.length, 1);
  assert.ok(new ResponseError(new Response("", { status: 500 })) instanceof Error);
});

test("axios: errors are asked about, interceptors run once", async () => {
  answers = [[503, { "retry-after": "2" }]];
  const client = recorder(testing.retry(2000));
  let intercepted = 0;
  const instance = recoverAxios(axios.create({ baseURL: origin }), { client });
  instance.interceptors.request.use((config) => {
    intercepted += 1;
    return config;
  });
  const { data } = await instance.put("/a", { n: 1 }, { params: { q: 2 } });
  assert.equal(data, "answer 200");
  assert.equal(intercepted, 1);
  const [{ details, target }] = client.questions;
  assert.equal(details.httpStatus, 503);
  assert.equal(details.retryAfterMs, 2000);
  assert.equal(target, new URL(origin).host);
  assert.deepEqual(seen.map((r) => r.url + r.body), ['/a?q=2{"n":1}', '/a?q=2{"n":1}']);
});

test("axios: its own error comes back; a POST is not repeated without an answer", async () => {
  answers = [[500], [503]];
  const client = recorder(testing.giveUp(), "UNAVAILABLE");
  const instance = recoverAxios(axios.create(), { client });
  await assert.rejects(instance.get(origin), (error) => axios.isAxiosError(error) && error.response.status === 500);
  await assert.rejects(instance.post(origin, "x"), /503/);
  assert.equal(seen.length, 2);
});

test("axios: time, alternatives, cancelling, and another owner of retries", async () => {
  answers = [[500]];
  const client = recorder(testing.alternative("mirror"));
  const configs = [];
  const instance = axios.create();
  const below = axios.getAdapter(instance.defaults.adapter);
  instance.defaults.adapter = (config) => {
    configs.push(config);
    return below(config);
  };
  recoverAxios(instance, { client, timeBudgetMs: 5000, alternatives: { mirror: `${origin}/copy` } });
  await instance.get(`${origin}/a`, { "axios-retry": { retries: 3, retryCount: 0 } });
  assert.deepEqual(seen.map((r) => r.url), ["/a", "/copy/a"]);
  assert.deepEqual(configs.map((c) => c.timeout), [5000, 5000]);
  assert.deepEqual(configs.map((c) => c["axios-retry"].retries), [0, 0]);
  const cancelled = instance.get(origin, { signal: AbortSignal.abort() });
  await assert.rejects(cancelled, (error) => axios.isCancel(error) || error.name === "AbortError");
  assert.equal(client.questions.length, 1);
});
