/** Compiling the addon's units: what is current stays, and nothing that an interrupted build left is taken for it. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

interface Job {
  readonly output: string;
}
interface Builder {
  job(source: string, output: string, flags: readonly string[], prefix?: string): Job;
  compile(jobs: readonly Job[]): Promise<number>;
}
interface Compile {
  readonly findCompiler: () => { readonly command: readonly string[] } | null;
  readonly Objects: new (folder: string, compiler: unknown) => Builder;
}

const path = fileURLToPath(new URL("../../../native/compile.mjs", import.meta.url));
const { findCompiler, Objects } = (await import(pathToFileURL(path).href)) as Compile;
const compiler = findCompiler();

test("a prefix that a killed build left precompiled is not taken for the header of today", {
  skip: compiler === null && "no C++ compiler",
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-compile-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const names = ["a", "b", "c"];
  for (const name of names) writeFileSync(join(folder, `${name}.cc`), `const char* ${name}() { return WORD; }\n`);
  const build = (): Promise<number> => {
    const objects = new Objects(folder, compiler);
    return objects.compile(names.map((name) => objects.job(`${name}.cc`, `${name}.o`, ["-O1"], "prefix.h")));
  };
  const says = (word: string): void => {
    for (const name of names) assert.ok(readFileSync(join(folder, `${name}.o`)).includes(word), `${name}: ${word}`);
  };
  writeFileSync(join(folder, "prefix.h"), '#define WORD "yesterday"\n');
  assert.equal(await build(), 3);
  says("yesterday");
  assert.equal(await build(), 0);
  assert.ok(!existsSync(join(folder, "prefix.h.gch")));

  // As if a build of yesterday had been killed, and now too few units are left for a precompiled header of their own.
  const [command, ...words] = compiler!.command;
  execFileSync(command, [...words, "-O1", "-x", "c++-header", "prefix.h", "-o", "prefix.h.gch"], { cwd: folder });
  writeFileSync(join(folder, "prefix.h"), '#define WORD "tomorrow"\n');
  names.pop();
  assert.equal(await build(), 2);
  says("tomorrow");
  assert.ok(!existsSync(join(folder, "prefix.h.gch")));
});
