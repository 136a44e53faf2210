// `npm pack` runs this (the "prepack" script): into prebuilds/, where node-gyp-build finds it, goes the addon of this platform,
// unless `npm run build:prebuilds` made it there; what it made of other sources than today's goes. So the installed package
// needs no compiler and no install script. And the types that callers see and the manual page are written.
import { copyFileSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { platformName } from "../dist/src/base/platform.js";
import { writeManual } from "./manual.mjs";
import { isCurrentPrebuild, prebuildOf } from "./prebuilds.mjs";
import { targetOf, targets } from "./targets.mjs";
import { writeTypes } from "./types.mjs";

for (const target of targets) {
  if (!existsSync(prebuildOf(target)) || isCurrentPrebuild(target)) continue;
  rmSync(prebuildOf(target));
  if (target.name !== platformName())
    process.stderr.write(`heddle: without the addon for ${target.name}, of other sources: npm run build:prebuilds\n`);
}
const own = prebuildOf(targetOf(platformName()));
if (!existsSync(own)) {
  mkdirSync(dirname(own), { recursive: true });
  copyFileSync(join(dirname(fileURLToPath(import.meta.url)), "build", "Release", "heddle.node"), own);
}
writeTypes();
await writeManual();
