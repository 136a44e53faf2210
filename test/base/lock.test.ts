/** One writer for a folder: who is alive keeps it, who is gone does not, whoever has the number by now. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { blake3 } from "../../src/base/hash.js";
import { lockFolder, lockName } from "../../src/base/lock.js";
import { refuses } from "../run/refuses.js";

const root = mkdtempSync(join(tmpdir(), "heddle-lock-"));
after(() => rmSync(root, { recursive: true }));
const fresh = () => mkdtempSync(join(root, "f-"));
const module = JSON.stringify(new URL("../../src/base/lock.js", import.meta.url).href);
const linux = { skip: process.platform !== "linux" };

interface Owner {
  pid: number;
  host: string;
  machine: string;
  began: string | null;
  nonce: string;
}
const ownerIn = (folder: string) => JSON.parse(readFileSync(join(folder, lockName), "utf8")) as Owner;

/** What a lock of this process looks like. */
function ownOwner(): Owner {
  const folder = fresh();
  const lock = lockFolder(folder, "a run");
  const owner = ownerIn(folder);
  lock.release();
  return owner;
}

/** A lock as another process would have left it, `age` seconds ago. */
function leave(folder: string, owner: Partial<Owner>, age = 0): void {
  const path = join(folder, lockName);
  writeFileSync(path, JSON.stringify({ ...ownOwner(), ...owner }));
  const then = Date.now() / 1000 - age;
  utimesSync(path, then, then);
}

/** A process that runs the script, and has said its first line. */
async function child(t: TestContext, script: string): Promise<{ process: ChildProcess; said: string }> {
  const process_ = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => process_.kill("SIGKILL"));
  const [said] = (await once(process_.stdout, "data")) as [Buffer];
  return { process: process_, said: said.toString().trim() };
}

const holder = (folder: string) => `
  const { lockFolder } = await import(${module});
  lockFolder(${JSON.stringify(folder)}, "a run");
  console.log("locked");
  setInterval(() => {}, 1000);`;

test("a folder is one's own until it is released, in this process too", () => {
  const folder = fresh();
  const lock = lockFolder(folder, "a run");
  assert.deepEqual(readdirSync(folder), [lockName]);
  const says = new RegExp(
    `expected a run that nobody else works on, got process ${process.pid} on ${hostname()}, which writes there now`,
  );
  refuses(() => lockFolder(folder, "a run"), 2, says);
  assert.deepEqual(readdirSync(folder), [lockName], "who is refused leaves nothing");
  lock.assertHeld();
  lock.release();
  assert.deepEqual(readdirSync(folder), []);
  lockFolder(folder, "a run").release();
});

test("another process's lock holds while it lives, and ends with kill -9", linux, async (t) => {
  const folder = fresh();
  const { process: other } = await child(t, holder(folder));
  refuses(() => lockFolder(folder, "a run"), 2, new RegExp(`got process ${other.pid} on `));
  other.kill("SIGKILL");
  await once(other, "exit");
  assert.equal(ownerIn(folder).pid, other.pid, "it could not clean up");
  const lock = lockFolder(folder, "a run");
  assert.equal(ownerIn(folder).pid, process.pid);
  lock.release();
  assert.deepEqual(readdirSync(folder), []);
});

test("a stopped process (Ctrl-Z) still has it", linux, async (t) => {
  const folder = fresh();
  const { process: other } = await child(t, holder(folder));
  other.kill("SIGSTOP");
  refuses(() => lockFolder(folder, "a run"), 2, new RegExp(`got process ${other.pid} on `));
});

test("the lock goes with process.exit", async (t) => {
  const folder = fresh();
  const { process: other } = await child(
    t,
    `${holder(folder)} process.stdin.on("data", () => process.exit(3)); `.replace("setInterval", "setTimeout"),
  );
  other.stdin!.write("go\n");
  await once(other, "exit");
  assert.deepEqual(readdirSync(folder), []);
});

test("who has the number of a process that is gone is not taken for it", linux, () => {
  const folder = fresh();
  // This very process is alive, but it is not the one that began then.
  leave(folder, { pid: process.pid, began: "1" });
  lockFolder(folder, "a run").release();
  assert.deepEqual(readdirSync(folder), []);
});

test("an owner that cannot be looked at has it for a minute after its last sign of life", () => {
  for (const owner of [
    { host: "elsewhere", machine: "another boot pid:[1]" },
    { machine: "", began: null },
  ]) {
    const folder = fresh();
    leave(folder, { ...owner, pid: 77 }, 50);
    refuses(
      () => lockFolder(folder, "a run"),
      2,
      /got process 77 on .*Wait for it\. If it is gone, its lock ends a minute after it did, or with .*heddle-lock\./,
    );
    leave(folder, { ...owner, pid: 77 }, 61);
    lockFolder(folder, "a run").release();
  }
});

test("a lock that nobody can read is somebody's, for a minute", () => {
  const folder = fresh();
  for (const text of ["", "{", '{"pid":"x"}', "\0\0\0"]) {
    writeFileSync(join(folder, lockName), text);
    refuses(() => lockFolder(folder, "a run"), 2, /got another process\./);
    utimesSync(join(folder, lockName), 1, 1);
    lockFolder(folder, "a run").release();
  }
});

test("a folder that was taken over is not written any more; a lock removed by hand is made again", () => {
  const folder = fresh();
  const lock = lockFolder(folder, "a run");
  rmSync(join(folder, lockName));
  lock.assertHeld();
  assert.equal(ownerIn(folder).pid, process.pid);
  leave(folder, { pid: 88, host: "elsewhere" });
  refuses(() => lock.assertHeld(), 1, /expected to be the one that writes here, got process 88 on elsewhere/);
  lock.release();
  assert.equal(ownerIn(folder).pid, 88, "another's lock is not removed");
});

test("of many that find a lock left behind, or none, one gets it", linux, async (t) => {
  for (const left of [true, false]) {
    const folder = fresh();
    const script = `
      const { lockFolder } = await import(${module});
      console.log("ready");
      process.stdin.once("data", () => {
        try {
          lockFolder(${JSON.stringify(folder)}, "a run");
          console.log("got it");
        } catch (error) {
          console.log(error.exitCode);
        }
        process.stdin.once("data", () => process.exit());
      });`;
    if (left) leave(folder, { pid: 4_000_000, began: "1" });
    const children = await Promise.all(Array.from({ length: 6 }, () => child(t, script)));
    const answers = Promise.all(
      children.map(async ({ process: each }) => {
        const [said] = (await once(each.stdout!, "data")) as [Buffer];
        return said.toString().trim();
      }),
    );
    for (const { process: each } of children) each.stdin!.write("now\n");
    assert.deepEqual((await answers).sort(), ["2", "2", "2", "2", "2", "got it"]);
    for (const { process: each } of children) each.stdin!.write("bye\n");
    for (const { process: each } of children) if (each.exitCode === null) await once(each, "exit");
    assert.deepEqual(readdirSync(folder), []);
  }
});

test("a claim to a lock left behind, whose maker was killed too, is left behind as well", linux, () => {
  const folder = fresh();
  leave(folder, { pid: 4_000_000, began: "1" });
  // Who removes such a lock claims it first, under a name that follows from it.
  const path = join(folder, lockName);
  const name = Buffer.from(blake3([readFileSync(path)])).toString("hex");
  writeFileSync(`${path}-${name.slice(0, 16)}`, JSON.stringify({ ...ownOwner(), pid: 4_000_001, began: "1" }));
  lockFolder(folder, "a run").release();
  assert.deepEqual(readdirSync(folder), []);
});

test("a folder that is not there, or takes no file, is named", () => {
  refuses(
    () => lockFolder(join(root, "absent"), "a run"),
    1,
    /absent.*: expected to write this lock, got no such file/,
  );
  const file = join(root, "file");
  writeFileSync(file, "");
  refuses(() => lockFolder(file, "a run"), 1, /expected to write this lock, got a path through something/);
});
