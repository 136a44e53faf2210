#!/usr/bin/env node
import { existsSync } from "node:fs";

const cli = new URL("../dist/src/cli/main.js", import.meta.url);
if (existsSync(cli)) {
  const { main } = await import(cli.href);
  await main(process.argv.slice(2));
} else {
  process.stderr.write("heddle is not built yet: run `npm ci` (or `npm run prepare`) in its folder first.\n");
  process.exitCode = 1;
}
