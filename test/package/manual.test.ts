/** The manual page: every command and option on it, and right in the eyes of those who show manual pages. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { describeProgram, withBelow } from "../../src/cli/described.js";
import { manual } from "../../src/cli/manual.js";
import { choicesOf } from "../../src/index.js";

const page = await manual();

function written(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "heddle-manual-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "heddle.1");
  writeFileSync(path, page);
  return path;
}

/** What a section of roff shows, without fonts and escapes. */
const shown = (text: string): string =>
  text
    .replace(/\\f[A-Z]/g, "")
    .replaceAll("\\&", "")
    .replaceAll("\\-", "-");

test("every command, option, operand and name is on the page", async () => {
  const parts = new Map(page.split(/^\.S[HS] /m).map((part) => [part.split("\n")[0].replaceAll('"', ""), shown(part)]));
  const common = parts.get("OPTIONS OF ALL COMMANDS") ?? "";
  const commands = withBelow(await describeProgram()).filter(({ path }) => path !== "" && !path.endsWith("help"));
  assert.ok(commands.length > 25);
  for (const { path, options, operands, description } of commands) {
    const part = parts.get(`heddle ${path}`) ?? "";
    assert.ok(part.includes(description.slice(0, 20)), path);
    for (const { names } of options) {
      const line = new RegExp(`^${names.join(", ")}( \\S|$)`, "m");
      assert.ok(line.test(part) || line.test(common), `${path} ${names.join()}`);
    }
    for (const { value } of operands) assert.ok(part.includes(`\n${value.placeholder}\n`), path);
  }
  for (const { title, members } of Object.values(choicesOf)) {
    const part = parts.get(title.toUpperCase()) ?? "";
    for (const { name } of members) assert.ok(part.includes(`\n${name}\n`), `${title}: ${name}`);
  }
});

test("no line of it is a request by chance, and all is ASCII", () => {
  const requests = new Set([...page.matchAll(/^[.'](\S*)/gm)].map(([, name]) => name));
  assert.deepEqual([...requests].sort(), ["B", "I", "PP", "SH", "SS", "TH", "TP"]);
  assert.match(page, /^[\n\x20-\x7e]*$/);
});

const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

test("man has nothing to warn of", { skip: has("man") && has("groff") ? false : "no man with groff here" }, (t) => {
  const env = { ...process.env, MANWIDTH: "80", LC_ALL: "C.UTF-8" };
  const { status, stdout, stderr } = spawnSync("man", ["--warnings", "-l", written(t)], { env, encoding: "utf8" });
  assert.deepEqual([status, stderr], [0, ""]);
  assert.match(stdout.replaceAll("\u2010", "-"), /--batch-size N\|full/);
});

test("mandoc has nothing to warn of", { skip: has("mandoc") ? false : "no mandoc here" }, (t) => {
  const { stdout } = spawnSync("mandoc", ["-T", "lint", "-W", "warning", written(t)], { encoding: "utf8" });
  // A date would make two builds of the same sources differ.
  const warnings = stdout.split("\n").filter((line) => line !== "" && !line.includes("missing date"));
  assert.deepEqual(warnings, []);
});

test("package.json names the page, and its maker writes it there", async () => {
  const { man } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    man: string[];
  };
  // npm links what a list names, and no page that stands alone.
  assert.deepEqual(man, ["./man/heddle.1"]);
  const { writeManual } = (await import(new URL("../../../native/manual.mjs", import.meta.url).href)) as {
    writeManual: () => Promise<string>;
  };
  assert.equal(readFileSync(await writeManual(), "utf8"), page);
});
