import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { MetricsFile, readMetrics } from "../../src/run/metrics-file.js";
import { refuses } from "./refuses.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-metrics-"));
after(() => rmSync(folder, { recursive: true }));
const path = join(folder, "metrics.jsonl");
const lines = [
  { kind: "step", epoch: 1, step: 1, loss: 0.5 },
  { kind: "epoch", epoch: 1 },
  { kind: "epoch", epoch: 2, name: "ü" },
];
const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");

test("metrics grow by lines and are cut back to what a checkpoint knows", () => {
  rmSync(path, { force: true });
  const metrics = new MetricsFile(path);
  metrics.append(lines[0]);
  const length = metrics.sync();
  assert.equal(length, Buffer.byteLength(`{"kind":"schema","schema":1}\n${JSON.stringify(lines[0])}\n`));
  metrics.append(lines[1]);
  metrics.close();
  const resumed = new MetricsFile(path);
  resumed.truncate(length);
  resumed.append(lines[2]);
  resumed.close();
  assert.deepEqual(readMetrics(path), { lines: [lines[0], lines[2]], torn: null });
  refuses(() => resumed.truncate(1000), 3, /metrics\.jsonl: expected the 1000 bytes .*, got \d+/);
  resumed.close();
  const absent = new MetricsFile(join(folder, "absent", "metrics.jsonl"));
  refuses(() => absent.append({}), 1, /metrics\.jsonl: expected to write this file/);
});

test("the first line says the form of the others; another form is refused", () => {
  rmSync(path, { force: true });
  const metrics = new MetricsFile(path);
  metrics.append(lines[0]);
  metrics.append(lines[1]);
  metrics.close();
  assert.equal(readFileSync(path, "utf8").split("\n")[0], '{"kind":"schema","schema":1}');
  writeFileSync(path, `{"kind":"schema","schema":2}\n${text}`);
  refuses(() => readMetrics(path), 3, /metrics\.jsonl, line 1: expected lines of schema 1, .*, got schema 2/);
});

test("a last line that is torn at any byte is left out and said; the lines before it stand", () => {
  const bytes = Buffer.from(text);
  const ends = [0, ...Array.from(bytes.entries(), ([at, byte]) => (byte === 0x0a ? at + 1 : 0)).filter(Boolean)];
  for (let length = 0; length <= bytes.length; length++) {
    writeFileSync(path, bytes.subarray(0, length));
    const whole = ends.filter((end) => end <= length).length - 1;
    const torn = ends.includes(length) ? null : whole + 1;
    assert.deepEqual(readMetrics(path), { lines: lines.slice(0, whole), torn });
  }
});

test("a broken line in the middle is refused by its number, by a reader and by a resume", () => {
  for (const [number, broken] of [
    [1, text.replace('"kind":"step"', '"kind":')],
    [2, text.replace('{"kind":"epoch","epoch":1}', "")],
    [2, text.replace('{"kind":"epoch","epoch":1}', "[1, 2]")],
    [3, text.replace('"epoch":2', '"epoch":2\u0000')],
  ] as const) {
    writeFileSync(path, broken);
    const says = new RegExp(`metrics\\.jsonl, line ${number}: expected a line of metrics`);
    refuses(() => readMetrics(path), 3, says);
    const metrics = new MetricsFile(path);
    refuses(() => metrics.truncate(Buffer.byteLength(broken)), 3, says);
    metrics.close();
    assert.equal(readFileSync(path, "utf8"), broken, "nothing is cut then");
  }
});

test("a checkpoint that knows of half a line is told so", () => {
  writeFileSync(path, text);
  const metrics = new MetricsFile(path);
  refuses(() => metrics.truncate(Buffer.byteLength(text) - 3), 3, /line 3: .*got half of one/);
  metrics.close();
});

test("a pipe in its place is refused, and nobody waits for a reader", { skip: process.platform === "win32" }, () => {
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  refuses(() => new MetricsFile(pipe).append({}), 1, /pipe: expected to write this file, got a pipe/);
});
