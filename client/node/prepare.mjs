// Installs what building needs and builds, where that is not done yet. Needs npm's registry (or its
// cache) the first time only, and none of the packages' scripts.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const MODULES = path.join(HERE, "node_modules");
const INSTALLED = path.join(MODULES, ".recourse-installed");
const BUILT = path.join(MODULES, ".recourse-built");

/** A digest of the contents of these files and folders. */
function digest(names) {
  const hash = createHash("sha256");
  const add = (name) => {
    if (fs.statSync(name).isDirectory()) {
      for (const below of fs.readdirSync(name).sort()) {
        if (below !== "gen") add(path.join(name, below));
      }
    } else {
      hash.update(name).update(fs.readFileSync(name));
    }
  };
  for (const name of names) add(path.join(HERE, name));
  return hash.digest("hex");
}

/** Does it, unless the stamp says that it was done for this digest. */
function once(stamp, wanted, work) {
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, "utf8") === wanted) return;
  fs.rmSync(stamp, { force: true });
  work();
  fs.writeFileSync(stamp, wanted);
}

const run = (program, ...args) => execFileSync(program, args, { cwd: HERE, stdio: "inherit" });
once(INSTALLED, digest(["package.json", "package-lock.json"]), () => run("npm", "ci", "--prefer-offline", "--ignore-scripts"));
const sources = ["src", "build.mjs", "tsconfig.json", "package.json", "package-lock.json", "../../proto/recourse"];
once(BUILT, digest(sources), () => run(process.execPath, "build.mjs"));
