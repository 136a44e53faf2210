/** The package's types need no zod: nothing of it is imported, and each is what zod itself says it is. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Maker {
  readonly writeTypes: (folder: string) => string[];
}
interface TypeScript {
  readonly findTypeScript: () => string | null;
}
const { writeTypes } = (await import(pathToFileURL(join(root, "native", "types.mjs")).href)) as Maker;
const { findTypeScript } = (await import(pathToFileURL(join(root, "native", "typescript.mjs")).href)) as TypeScript;

/** The types as a caller has them, in a folder that knows Node's types and nothing else. */
function installed(t: TestContext): { folder: string; files: string[] } {
  const folder = mkdtempSync(join(tmpdir(), "heddle-types-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const files = writeTypes(join(folder, "heddle"));
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  for (const name of ["@types/node", "undici-types"]) {
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  return { folder, files };
}

/** What the compiler says of a program; nothing where it is right. */
function compiled(
  folder: string,
  lines: readonly string[],
  modules = ["--module", "nodenext"],
  compiler = findTypeScript()!,
): string {
  writeFileSync(join(folder, "caller.ts"), lines.join("\n"));
  const settings = ["--noEmit", "--strict", "--target", "es2022", ...modules, "--types", "node"];
  const { stdout } = spawnSync(process.execPath, [compiler, ...settings, "caller.ts"], {
    cwd: folder,
    encoding: "utf8",
  });
  return stdout;
}

test("types: no zod, and every declaration in them compiles without one", (t) => {
  const { folder, files } = installed(t);
  for (const file of files) {
    const text = readFileSync(join(folder, "heddle", file), "utf8");
    assert.doesNotMatch(text, /(?:from |import\()"zod/, file);
  }
  const caller = [
    'import { openPredictor, train, type TrainConfigInput, type TrainDocument } from "./heddle/index.js";',
    'const config: TrainConfigInput = { epochs: 3, optimizer: "sgd", batchSize: "full", schedule: { name: "cosine" } };',
    "const outcome = await train(config, { onEvent: (event) => event.kind satisfies string });",
    'if (outcome.status === "done") outcome.result.weightsHash satisfies string;',
    "export const probabilities: Float32Array | Float64Array = openPredictor('runs/1').predict(new Uint8Array(64));",
    "export const document = (of: TrainDocument): number | null => of.bestEpoch;",
    "// @ts-expect-error: text is no number",
    'export const wrong: TrainConfigInput = { epochs: "3" };',
    "// @ts-expect-error: no such setting",
    "export const unknown: TrainConfigInput = { epoch: 3 };",
  ];
  assert.equal(compiled(folder, caller), "");
});

/** The package beside the caller, as npm would put it there. */
function asPackage(folder: string): void {
  const own = join(folder, "node_modules", "heddle");
  mkdirSync(own);
  symlinkSync(join(root, "package.json"), join(own, "package.json"));
  writeTypes(join(own, "dist", "types"));
}

test("types: node16, nodenext and bundler find them by their package's name", (t) => {
  const { folder } = installed(t);
  asPackage(folder);
  const caller = [
    'import { HeddleError, openPredictor, train, trainEpochs, type TrainConfigInput } from "heddle";',
    'const config: TrainConfigInput = { model: "mlp:128", epochs: 3 };',
    "for await (const { validation, best } of trainEpochs(config)) if (best) validation?.values satisfies object | undefined;",
    "const outcome = await train({ config, onEvent: (event) => event.kind satisfies string });",
    'if (outcome.status === "done") outcome.result.weightsHash satisfies string;',
    "export const backend: string = openPredictor('runs/1').backend;",
    'export const kindOf = (error: unknown): string => (error instanceof HeddleError ? error.kind : "");',
    "// @ts-expect-error: no such setting",
    "void train({ config: { epoch: 3 } });",
    "// @ts-expect-error: the package opens its own files to nobody",
    'export type Inner = typeof import("heddle/dist/src/index.js");',
  ];
  for (const modules of [
    ["--module", "node16", "--moduleResolution", "node16"],
    ["--module", "nodenext", "--moduleResolution", "nodenext"],
    ["--module", "esnext", "--moduleResolution", "bundler"],
  ]) {
    assert.equal(compiled(folder, caller, modules), "", modules.join(" "));
  }
});

test("types: CommonJS with node10's resolution, which knows no exports, finds them", (t) => {
  const { folder } = installed(t);
  asPackage(folder);
  const caller = [
    'import { openPredictor, train } from "heddle";',
    "export const backend: string = openPredictor('runs/1').backend;",
    "// @ts-expect-error: no such setting",
    "void train({ config: { epoch: 3 } });",
  ];
  const resolution = ["--module", "commonjs", "--moduleResolution", "node10", "--ignoreDeprecations", "6.0"];
  // The last version that has it.
  const compiler = join(root, "node_modules", "typescript", "bin", "tsc");
  assert.equal(compiled(folder, caller, resolution, compiler), "");
});

/** Generic ones, classes with private parts, and those that hold a schema itself, which has fewer methods here. */
const apart = ["", "GemmOptions", "Member", "HeddleError", "Team", "Choice", "Listed"];

test("types: each is the one that zod makes", (t) => {
  const { folder } = installed(t);
  // Here zod is known too.
  symlinkSync(join(root, "node_modules", "zod"), join(folder, "node_modules", "zod"));
  symlinkSync(join(root, "dist", "src"), join(folder, "own"));
  const index = readFileSync(join(folder, "heddle", "index.d.ts"), "utf8");
  const names = [...index.matchAll(/export (type )?\{([^}]*)\}/g)].flatMap(([, all, list]) =>
    list
      .split(",")
      .map((each) => each.trim())
      .filter((each) => all !== undefined || each.startsWith("type "))
      .map((each) => each.replace("type ", "").split(" as ").at(-1)!),
  );
  const plain = names.filter((name) => !apart.includes(name));
  assert.ok(plain.length > 60, `${plain.length}`);
  const same = plain.map((name) => `true satisfies Equal<Ours.${name}, Zods.${name}>;`);
  const problems = compiled(folder, [
    'import type * as Ours from "./heddle/index.js";',
    'import type * as Zods from "./own/index.js";',
    "type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : Mutual<A, B>;",
    "type Mutual<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false;",
    ...same,
  ]);
  assert.equal(
    problems.replaceAll(/^caller.ts\((\d+),.*/gm, (_, line: string) => plain[Number(line) - 5]),
    "",
  );
});
