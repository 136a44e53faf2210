/** Commands that are printed are commands that work when they are pasted. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { asTyped, invocation } from "../../src/cli/invocation.js";
import { emptyFolder, heddle } from "./heddle.js";

test("how we are called: installed, by npx, by node", () => {
  assert.equal(invocation("/usr/local/bin/heddle", { PATH: "/bin:/usr/local/bin" }, "/home/a"), "heddle");
  assert.equal(invocation("/opt/x/bin/heddle", { PATH: "/bin:/usr/local/bin" }, "/home/a"), "/opt/x/bin/heddle");
  assert.equal(invocation("/home/a/node_modules/.bin/heddle", { npm_command: "exec" }, "/home/a"), "npx heddle");
  assert.equal(invocation("/home/a/node_modules/.bin/heddle", {}, "/home/a"), "node_modules/.bin/heddle");
  assert.equal(invocation("/home/a/node_modules/.bin/train", {}, "/home/a"), "node_modules/.bin/heddle");
  const script = { npm_command: "run-script", PATH: "/home/a/node_modules/.bin" };
  assert.equal(invocation("/home/a/node_modules/.bin/heddle", script, "/home/a"), "npx heddle");
  assert.equal(invocation("/home/a/heddle/bin/heddle.js", script, "/home/a/heddle"), "node bin/heddle.js");
  assert.equal(invocation("/home/a/heddle/bin/heddle.js", {}, "/home/a/heddle"), "node bin/heddle.js");
  assert.equal(invocation("/home/a/heddle/bin/train.js", {}, "/home/a/heddle"), "node bin/heddle.js");
  assert.equal(invocation("/home/a b/bin/heddle.js", {}, "/home/a/c"), "node '/home/a b/bin/heddle.js'");
  assert.equal(invocation("/home/heddle/bin/heddle", {}, "/home/heddle/bin"), "./heddle");
  assert.equal(invocation("/home/a/heddle/bin/heddle.js", {}, "/tmp/x/y"), "node /home/a/heddle/bin/heddle.js");
});

test("only commands of ours change", () => {
  const typed = (text: string) => asTyped(text, "npx heddle");
  assert.equal(typed("next heddle evaluate runs/1"), "next npx heddle evaluate runs/1");
  assert.equal(
    typed("heddle: heddle trains nets in /home/heddle train"),
    "heddle: heddle trains nets in /home/heddle train",
  );
  assert.equal(typed("npx heddle train"), "npx heddle train");
});

test("the next command of a run works as it is printed, also where there is no test split", async (t) => {
  const cwd = emptyFolder(t);
  const out = ["--out", "-it's a run"];
  const { stdout, stderr } = await heddle(["train", "--epochs", "1", "--subset", "300", ...out], { cwd });
  const next = /^next +(.*)$/m.exec(stdout)?.[1] ?? `no next command: ${stderr}`;
  assert.match(execFileSync("sh", ["-c", next], { cwd, encoding: "utf8" }), /accuracy/);
});
