/** The bench scripts that take longer than `npm test` may, for a moment each. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { runForAMoment } from "../../bench/moment.js";

const dataDir = process.env["HEDDLE_DATA_DIR"];
const judges = fileURLToPath(new URL("../../../../test/judges/", import.meta.url));
const noAutocannon =
  !existsSync(join(judges, "node_modules", "autocannon")) && "npm ci --prefix test/judges installs autocannon";
const row = /^\|( [^|]*\|)+$/;

test("bench/denormal.mjs", () => runForAMoment("denormal.mjs", ["--rounds", "1"], row));
test("bench/memory.mjs", () => runForAMoment("memory.mjs", ["--steps", "50"], row));
test("bench/predict.mjs", () => runForAMoment("predict.mjs", ["--seconds", "0.05", "--rounds", "1"], row));
test("bench/server.mjs", () =>
  runForAMoment("server.mjs", ["--rounds", "1", "--runs", "1", "--epochs", "1"], /^\| best \| .* \|$/));
test("bench/kill.mjs", () =>
  runForAMoment("kill.mjs", ["--kills", "2"], /^\d+ kills, seed 0: every run ended in the same bytes$/));
test("bench/race.mjs", () =>
  runForAMoment(
    "race.mjs",
    ["--race", "mlp", "--seconds", "0.02", "--rounds", "1", "--name", "here", "--out", "OUT"],
    /^wrote .*here\.md$/,
  ));
test("bench/accuracy.mjs", { skip: dataDir ? false : "set HEDDLE_DATA_DIR" }, () =>
  runForAMoment("accuracy.mjs", ["--only", "dtu-mlp", "--epochs", "1", "--subset", "200", "--out", "OUT/a.md"], row),
);
test("bench/speed.mjs", { skip: dataDir ? false : "set HEDDLE_DATA_DIR" }, () =>
  runForAMoment("speed.mjs", ["--quick", "--rounds", "1", "--out", "OUT/a.md"], /^\| Heddle \| [\d.]+ \|/),
);
test("bench/serve.mjs", { skip: noAutocannon }, () =>
  runForAMoment("serve.mjs", ["--autocannon", judges, "--model", "digits-mlp", "--seconds", "1"], /^stopped within /),
);
