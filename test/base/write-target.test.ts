/** Atomic writing looks at what a name leads to: links stay links, devices and pipes get the bytes, the rest is refused. */
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { writeAtomically } from "../../src/base/atomic-write.js";
import { refuses } from "../run/refuses.js";

const root = mkdtempSync(join(tmpdir(), "heddle-target-"));
after(() => rmSync(root, { recursive: true }));
const fresh = () => mkdtempSync(join(root, "f-"));
const text = (content: string) => [Buffer.from(content)];
const linux = { skip: process.platform !== "linux" };
const module = JSON.stringify(new URL("../../src/base/atomic-write.js", import.meta.url).href);
const writing = (path: string, bytes: number) => `
  const { writeAtomically } = await import(${module});
  writeAtomically(${JSON.stringify(path)}, [Buffer.alloc(${bytes}, "x")]);`;

test("a link stays a link, and what it leads to is replaced; so at the end of a chain, relative ones too", () => {
  const folder = fresh();
  mkdirSync(join(folder, "real"));
  const file = join(folder, "real", "a.bin");
  writeFileSync(file, "old");
  symlinkSync("real/a.bin", join(folder, "one"));
  symlinkSync(join(folder, "one"), join(folder, "two"));
  symlinkSync("real", join(folder, "folder"));
  for (const [name, content] of [
    ["one", "1"],
    ["two", "2"],
    [join("folder", "a.bin"), "3"],
  ] as const) {
    writeAtomically(join(folder, name), text(content));
    assert.equal(readFileSync(file, "utf8"), content);
  }
  assert.equal(readlinkSync(join(folder, "one")), "real/a.bin");
  assert.ok(lstatSync(join(folder, "two")).isSymbolicLink());
  assert.deepEqual(readdirSync(join(folder, "real")), ["a.bin"]);
});

test("a link that leads to nothing makes the file; links that lead to each other are refused", () => {
  const folder = fresh();
  symlinkSync("absent", join(folder, "link"));
  writeAtomically(join(folder, "link"), text("new"));
  assert.equal(readFileSync(join(folder, "absent"), "utf8"), "new");
  assert.ok(lstatSync(join(folder, "link")).isSymbolicLink());
  symlinkSync("b", join(folder, "a"));
  symlinkSync("a", join(folder, "b"));
  refuses(
    () => writeAtomically(join(folder, "a"), text("x")),
    1,
    /a: expected to write this file, got links that lead/,
  );
  assert.deepEqual(readdirSync(folder).sort(), ["a", "absent", "b", "link"]);
});

test("a file that is read-only stays as it is, for root too; another keeps its permissions", () => {
  const folder = fresh();
  const path = join(folder, "a.bin");
  writeFileSync(path, "old");
  chmodSync(path, 0o444);
  refuses(() => writeAtomically(path, text("new")), 1, /a\.bin: .*got a file that is read-only\. Choose another name/);
  assert.equal(readFileSync(path, "utf8"), "old");
  chmodSync(path, 0o640);
  writeAtomically(path, text("new"));
  assert.deepEqual([readFileSync(path, "utf8"), statSync(path).mode & 0o777], ["new", 0o640]);
  assert.deepEqual(readdirSync(folder), ["a.bin"]);
});

test("a device stays one", linux, () => {
  writeAtomically("/dev/null", text("gone"));
  assert.ok(statSync("/dev/null").isCharacterDevice());
  refuses(() => writeAtomically("/dev/full", text("x")), 1, /\/dev\/full: .*got no space left/);
  const folder = fresh();
  symlinkSync("/dev/null", join(folder, "link"));
  writeAtomically(join(folder, "link"), text("gone"));
  assert.equal(readlinkSync(join(folder, "link")), "/dev/null");
  assert.deepEqual(readdirSync(folder), ["link"]);
});

test("a pipe gets all bytes, more than it holds; one that nobody reads is refused at once", linux, async () => {
  const folder = fresh();
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  refuses(() => writeAtomically(pipe, text("x")), 1, /pipe: .*got a pipe that nobody reads/);
  const size = 3_000_000;
  const reader = spawn("sh", ["-c", 'cat "$0" | wc -c', pipe]);
  // Until the reader is there it is refused: no sleep tells when that is.
  const script = `for (;;) try { ${writing(pipe, size).trim()} break; } catch (error) { if (!/nobody reads/.test(error.message)) throw error; }`;
  const writer = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "inherit" });
  const [counted] = (await once(reader.stdout, "data")) as [Buffer];
  assert.equal(Number(counted.toString()), size);
  if (writer.exitCode === null) await once(writer, "exit");
  assert.equal(writer.exitCode, 0);
  assert.ok(statSync(pipe).isFIFO());
});

test("/dev/stdout is what the process has open: a file goes on where it is, a pipe gets the bytes", linux, () => {
  const folder = fresh();
  const path = join(folder, "out");
  const script = `console.log("before"); ${writing("/dev/stdout", 5)} console.log("after");`;
  const out = openSync(path, "w");
  spawnSync(process.execPath, ["--input-type=module", "-e", script], { stdio: ["ignore", out, "inherit"] });
  closeSync(out);
  assert.equal(readFileSync(path, "utf8"), "before\nxxxxxafter\n");
  const piped = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.equal(piped.stdout, "before\nxxxxxafter\n", piped.stderr);
});

test("a socket and a folder are refused by name", linux, async () => {
  const folder = fresh();
  const socket = join(folder, "s");
  const server = createServer().listen(socket);
  await once(server, "listening");
  refuses(() => writeAtomically(socket, text("x")), 1, /s: expected to write this file, got a socket/);
  server.close();
  refuses(() => writeAtomically(folder, text("x")), 1, /expected to write this file, got a folder/);
});

test("a name as long as names can be is written; a longer one is refused in words", () => {
  const folder = fresh();
  writeAtomically(join(folder, "a".repeat(255)), text("x"));
  refuses(() => writeAtomically(join(folder, "a".repeat(256)), text("x")), 1, /got a name that is too long/);
});

test("errors of a disk are told in words, and the file of before stays", () => {
  const folder = fresh();
  const path = join(folder, "a.bin");
  writeFileSync(path, "old");
  for (const [code, says] of [
    ["EIO", /got an error of the disk/],
    ["EDQUOT", /got the disk quota used up/],
    ["ESTALE", /got a file that its server has lost/],
  ] as const) {
    function* failing(): Generator<Uint8Array> {
      yield Buffer.from("ne");
      throw Object.assign(new TypeError("fault"), { code });
    }
    refuses(() => writeAtomically(path, failing()), 1, says);
    assert.equal(readFileSync(path, "utf8"), "old");
    assert.deepEqual(readdirSync(folder), ["a.bin"]);
  }
});
