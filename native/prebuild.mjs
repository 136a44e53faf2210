// `npm pack` runs this (the "prepack" script): the addon of this platform goes into prebuilds/, where node-gyp-build
// finds it, so that the installed package needs no compiler and no install script; the types that callers see and the manual page are written.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeManual } from "./manual.mjs";
import { writeTypes } from "./types.mjs";

const native = dirname(fileURLToPath(import.meta.url));
const folder = join(dirname(native), "prebuilds", `${process.platform}-${process.arch}`);
mkdirSync(folder, { recursive: true });
copyFileSync(join(native, "build", "Release", "heddle.node"), join(folder, "heddle.node"));
writeTypes();
await writeManual();
