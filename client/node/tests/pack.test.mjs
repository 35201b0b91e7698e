// Packs the package, installs it into an empty folder, and runs the README's example there as an ES
// module and as CommonJS, without a server and with one; and checks the types as others see them.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BINARY, startServer } from "./server/server.mjs";

const CLIENT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const run = promisify(execFile);
let folder;

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "recourse-pack-"));
  const { stdout } = await run(
    "npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], { cwd: CLIENT });
  const [{ filename, files, unpackedSize }] = JSON.parse(stdout);
  assert.ok(files.every((file) => /^(dist\/|package\.json$|README\.md$)/.test(file.path)), stdout);
  assert.ok(unpackedSize < 400_000, `${unpackedSize} bytes`);
  fs.writeFileSync(path.join(folder, "package.json"), '{"private": true}');
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", path.join(folder, filename)], { cwd: folder });
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The README's example, of one kind of module, with this address. */
function example(kind, address) {
  let text = /```js\n(.*?)```/s.exec(fs.readFileSync(path.join(CLIENT, "README.md"), "utf8"))[1];
  text = text.replace("127.0.0.1:50051", address);
  if (kind === "cjs") text = text.replace(/import (\{.*?\}) from ("\w+");/g, "const $1 = require($2);");
  const name = path.join(folder, `example.${kind}`);
  fs.writeFileSync(name, text);
  return run(process.execPath, [name], { cwd: folder, timeout: 60_000 });
}

for (const kind of ["mjs", "cjs"]) {
  test(`without a server the operation's own error comes back: ${kind}`, async () => {
    const { stdout, stderr } = await example(kind, "127.0.0.1:1");
    assert.match(stderr, /Error: read ECONNRESET/);
    assert.equal(stdout, "");
  });

  test(`with a server the alternative is taken: ${kind}`, { skip: BINARY ? false : "no RECOURSE_SERVER" }, async () => {
    const server = await startServer();
    try {
      assert.equal((await example(kind, server.address)).stdout, "answer: found by search/us\n");
    } finally {
      await server.kill();
    }
  });
}

test("both kinds of module are one", async () => {
  const script = 'import { defaultClient } from "recourse"; import { createRequire } from "node:module";'
    + 'console.log(createRequire(import.meta.url)("recourse").defaultClient() === defaultClient());';
  fs.writeFileSync(path.join(folder, "one.mjs"), script);
  assert.equal((await run(process.execPath, ["one.mjs"], { cwd: folder })).stdout, "true\n");
});

test("the types hold, for both kinds of module", async () => {
  const source = fs.readFileSync(path.join(CLIENT, "tests/types.mts"), "utf8");
  for (const name of ["types.mts", "types.cts"]) fs.writeFileSync(path.join(folder, name), source);
  const modules = path.join(CLIENT, "node_modules");
  const { stdout } = await run(process.execPath, [
    path.join(modules, "typescript/bin/tsc"), "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext",
    "--typeRoots", path.join(modules, "@types"), "--types", "node", "types.mts", "types.cts",
  ], { cwd: folder }).catch((error) => error);
  assert.equal(stdout, "");
});
