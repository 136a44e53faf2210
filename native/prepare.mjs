// `npm ci` runs this (the "prepare" script): it builds TypeScript and the addon, so that bin/heddle.js works at once. What
// matches its sources is not built again: npx runs it whenever it installs the folder into its cache.
import { buildTypeScript, findTypeScript } from "./typescript.mjs";

const typescript = findTypeScript();
const say = (text) => process.stderr.write(`heddle: ${text}\n`);

if (typescript === null) {
  say("development packages are left out (--omit=dev), so nothing is built here.");
} else {
  const status = buildTypeScript(typescript);
  if (status !== 0) process.exit(status);
  const { buildNative, progress } = await import("./build.mjs");
  const { onStart, end } = progress();
  try {
    const { path, compiled } = await buildNative({ onStart });
    end();
    if (compiled > 0) say(`built ${path}`);
  } catch (error) {
    end();
    say(`the native addon was not built: ${error.message}`);
    say("everything works without it, on the plain back end, many times slower. `npm run build:native` tries again.");
  }
}
