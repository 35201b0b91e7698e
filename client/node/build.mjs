// Builds dist/: the API's messages out of the protos, CommonJS that runs, ES
// modules that re-export it (so that a process has one of everything, however
// it imports us), and types.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const PROTOS = path.join(HERE, "../../proto");
const GENERATED = path.join(HERE, "src/gen");
const DIST = path.join(HERE, "dist");
const ENTRIES = ["index", "testing", "fetch", "axios"];
const OPTIONS = [
  "outputServices=none", "outputJsonMethods=false", "outputPartialMethods=false", "useOptionals=all",
  "oneof=unions", "forceLong=number", "unrecognizedEnum=false", "comments=false", "esModuleInterop=true",
  "annotateFilesWithVersion=false", "importSuffix=.js",
];

function generate() {
  fs.rmSync(GENERATED, { recursive: true, force: true });
  fs.mkdirSync(GENERATED, { recursive: true });
  execFileSync("protoc", [
    `--plugin=protoc-gen-ts_proto=${path.join(HERE, "node_modules/.bin/protoc-gen-ts_proto")}`,
    `--ts_proto_out=${GENERATED}`, `--ts_proto_opt=${OPTIONS.join(",")}`, `-I${PROTOS}`,
    ...["orchestrator", "incidents", "circuit_breakers"].map((name) => `recourse/v1/${name}.proto`),
  ], { stdio: "inherit" });
}

async function compile() {
  fs.rmSync(DIST, { recursive: true, force: true });
  const sources = fs.readdirSync(path.join(HERE, "src")).filter((name) => name.endsWith(".ts"));
  const common = { platform: "node", target: "node18", format: "cjs", outdir: DIST, absWorkingDir: HERE };
  await esbuild.build({
    ...common, entryPoints: sources.filter((name) => name !== "api.ts").map((name) => `src/${name}`),
  });
  // The messages that are used, with what reads and writes them, in one file.
  await esbuild.build({ ...common, entryPoints: ["src/api.ts"], bundle: true, minify: true });
}

function declare() {
  execFileSync(process.execPath, [path.join(HERE, "node_modules/typescript/bin/tsc"), "-p", HERE], { stdio: "inherit" });
  // What only our own code sees.
  fs.rmSync(path.join(DIST, "gen"), { recursive: true });
  for (const name of ["api", "wire"]) fs.rmSync(path.join(DIST, `${name}.d.ts`));
}

function wrap() {
  const require = createRequire(import.meta.url);
  for (const name of ENTRIES) {
    const names = Object.keys(require(path.join(DIST, `${name}.js`))).filter((key) => key !== "default");
    fs.writeFileSync(path.join(DIST, `${name}.mjs`),
      `import all from "./${name}.js";\nexport const { ${names.join(", ")} } = all;\n`);
    fs.writeFileSync(path.join(DIST, `${name}.d.mts`), `export * from "./${name}.js";\n`);
  }
}

generate();
await compile();
declare();
wrap();
