/** Files and what stands in their place: a pipe is read where one pass is enough, else refused by name; nobody hangs. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readOnce, readWholeFile } from "../../src/base/read-file.js";
import { refusal, refuses } from "../run/refuses.js";

const root = mkdtempSync(join(tmpdir(), "heddle-read-"));
after(() => rmSync(root, { recursive: true }));
const linux = { skip: process.platform !== "linux" };

let pipes = 0;
function pipe(): string {
  const path = join(root, `pipe-${pipes++}`);
  execFileSync("mkfifo", [path]);
  return path;
}

test("files are read whole, those too that say they are empty", async () => {
  const path = join(root, "file");
  for (const bytes of [new Uint8Array(0), Uint8Array.of(1, 2, 3), new Uint8Array(200_000).fill(7)]) {
    writeFileSync(path, bytes);
    assert.deepEqual(readWholeFile(path, "a file"), bytes);
    assert.deepEqual(new Uint8Array(await readOnce(path, "a file")), bytes);
  }
  if (process.platform !== "linux") return;
  for (const bytes of [readWholeFile("/proc/self/status", "it"), await readOnce("/proc/self/status", "it")]) {
    assert.match(Buffer.from(bytes).toString(), /^Name:/);
  }
});

test("what is not there, or a folder, is told in words", async () => {
  for (const [path, says] of [
    [join(root, "absent"), /absent: expected a file, got no such file or folder/],
    [root, /expected a file, got a folder/],
    [join(root, "x".repeat(300)), /got a name that is too long/],
  ] as const) {
    refuses(() => readWholeFile(path, "a file"), 3, says);
    await assert.rejects(readOnce(path, "a file"), refusal(3, says));
  }
});

test("a file that is needed twice may be no pipe, device or socket; it is refused at once", linux, async () => {
  refuses(
    () => readWholeFile(pipe(), "a model file"),
    3,
    /expected a model file, got a pipe\. It is read more than once/,
  );
  refuses(() => readWholeFile("/dev/null", "a model file"), 3, /got a device/);
  refuses(() => readWholeFile("/dev/zero", "a model file"), 3, /got a device/);
  const socket = join(root, "socket");
  const server = createServer().listen(socket);
  await once(server, "listening");
  refuses(() => readWholeFile(socket, "a model file"), 3, /socket: expected a model file, got /);
  server.close();
});

test("one that is read once may be a pipe: all of it, in whatever pieces it comes", linux, async () => {
  const path = pipe();
  const reading = readOnce(path, "an image file");
  const writer = spawn("sh", ["-c", '(printf ab; head -c 300000 /dev/zero; printf yz) > "$0"', path]);
  const bytes = await reading;
  if (writer.exitCode === null) await once(writer, "exit");
  assert.equal(bytes.length, 300_004);
  assert.deepEqual(
    [bytes.subarray(0, 2), bytes.subarray(-2)].map((part) => Buffer.from(part).toString()),
    ["ab", "yz"],
  );
  assert.equal((await readOnce("/dev/null", "an image file")).length, 0);
});

test("while nobody writes into a pipe, signals are heard and the process can end", linux, async () => {
  const module = JSON.stringify(new URL("../../src/base/read-file.js", import.meta.url).href);
  const script = `
    const { readOnce } = await import(${module});
    process.on("SIGTERM", () => process.exit(143));
    console.log("reading");
    await readOnce(${JSON.stringify(pipe())}, "a file");`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  const [code] = (await once(child, "exit")) as [number];
  assert.equal(code, 143);
});
