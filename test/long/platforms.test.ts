/**
 * Addons of other systems, as they ship: the same bytes each time they are built, nothing asked of a system that it may lack, and where this
 * machine can run them (emulated, or with another C library) the same weights. `npm run test:platforms` does it for all targets.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const native = join(root, "native");

interface Job {
  readonly source: string;
  readonly output: string;
}
interface Build {
  readonly jobs: readonly Job[];
  readonly objects: { compile: (jobs: readonly Job[]) => Promise<number> };
}
interface Prebuilds {
  readonly buildTarget: (target: { name: string }) => Promise<string>;
  readonly buildOf: (target: { name: string }, folder?: string) => Build;
}
const load = (file: string): Promise<unknown> => import(pathToFileURL(join(native, file)).href);

// One of each format, one of each libc, and each machine; the others differ from these in the compiler's name of them alone.
for (const name of ["linux-x64", "linux-x64-musl", "linux-arm64", "win32-x64", "darwin-arm64"]) {
  test(name, (t) => {
    const command = [join(root, "test", "platforms", "run.mjs"), name];
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
    assert.equal(status, 0, `${stdout}${stderr}`);
    const lacking = /NOT (?:RUN|BUILT): .*/.exec(stdout);
    if (lacking && name !== "darwin-arm64") t.skip(lacking[0]);
    else assert.match(stdout, lacking ? /: checked; / : /f32 by \w+, the same weights\n.*f64 by \w+, the same weights/);
  });
}

test("two builds in two folders give the same bytes", async (t) => {
  const { targetOf } = (await load("targets.mjs")) as {
    targetOf: (name: string) => { name: string };
  };
  const { buildOf, buildTarget } = (await load("prebuilds.mjs")) as Prebuilds;
  const target = targetOf("linux-x64");
  let first: string;
  try {
    first = await buildTarget(target);
  } catch (error) {
    if ((error as Error).name !== "NoToolchain") throw error;
    return t.skip((error as Error).message);
  }
  const folder = mkdtempSync(join(native, "build", "again-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const [one, two] = [buildOf(target), buildOf(target, relative(native, folder))];
  const few = /^(?:addon|program|barrier)\.cc$|avx2.(?:table|gemm-gemm|loss-huber)\.cc$|generic.loss-predict\.cc$/;
  const places = two.jobs.flatMap(({ source }, i) => (few.test(source) ? [i] : []));
  assert.equal(places.length, 7);
  await two.objects.compile(places.map((i) => two.jobs[i]));
  for (const i of places) {
    const [a, b] = [one.jobs[i], two.jobs[i]].map(({ output }) => readFileSync(join(native, output)));
    assert.ok(a.equals(b), `${one.jobs[i].source} gave other bytes`);
  }
  const bytes = readFileSync(first);
  rmSync(first);
  assert.ok(readFileSync(await buildTarget(target)).equals(bytes), "linked again it is of other bytes");
  assert.ok(!bytes.includes(native), "a folder of this machine stands in it");
});
