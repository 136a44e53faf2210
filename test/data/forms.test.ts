/**
 * Files that other people's programs wrote, each with a known truth (`test/report-cases/forms/manifest.json`): read as that, or
 * refused in one line that names the file and the cause. Never anything else.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { HeddleError } from "../../src/base/errors.js";
import type { LoadOptions } from "../../src/data/dataset.js";
import { schemes } from "../../src/data/index.js";
import { type Description, describeDataset } from "../../src/datatools/describe.js";
import { dataFolder } from "./fixtures.js";
import { open } from "./pictures.js";

const root = fileURLToPath(new URL("../../../test/report-cases/forms", import.meta.url));

interface Truth extends Pick<Description, "shape" | "classes" | "maximum" | "mean" | "std" | "hash"> {
  readonly train: readonly number[];
  readonly test: readonly number[] | null;
  readonly validation: readonly number[] | null;
}

interface Case {
  readonly id: string;
  readonly kind: string;
  /** The first whose form there is. */
  readonly commands: readonly string[];
  readonly args: readonly string[];
  readonly path: string;
  readonly expect: "read" | "refuse" | "either";
  /** One of which it must be. */
  readonly truth: readonly string[];
  /** A word of each group must be said in a refusal. */
  readonly words?: readonly (readonly string[])[];
  /** A word of each group must be said when it is read. */
  readonly says?: readonly (readonly string[])[];
  /** Of lossy files. */
  readonly tolerance?: number;
  /** What must not be there afterwards. */
  readonly absent?: readonly string[];
}

const { cases, truths } = JSON.parse(readFileSync(join(root, "manifest.json"), "utf8")) as {
  cases: readonly Case[];
  truths: Readonly<Record<string, Truth>>;
};

/** The name of the data set, and what its command says beside it. */
function asked({ commands, args, path }: Case): { name: string; options: LoadOptions } {
  const isThere = (command: string) =>
    !command.includes(":") || schemes.some(({ name }) => command.startsWith(`${name}:`));
  const words = [...commands.find(isThere)!.replaceAll("{path}", join(root, path)).split(" "), ...args];
  const value = (flag: string) => (words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined);
  const channels = value("--channels");
  return {
    name: words[0],
    options: {
      imageSize: value("--image-size"),
      dataDir: value("--data-dir"),
      ...(channels !== undefined && { channels: Number(channels) as 1 | 3 }),
      ...(value("--layout") !== undefined && { layout: value("--layout") as "columns" }),
    },
  };
}

const close = (a: readonly number[], b: readonly number[], by: number): boolean =>
  a.length === b.length && a.every((value, i) => Math.abs(value - b[i]) <= by);

function differences(found: Description, truth: Truth, tolerance: number | undefined): string[] {
  const { train, test: tested, validation } = found.splits;
  const own = { shape: found.shape, classes: found.classes, maximum: found.maximum, train: train.perClass };
  const parts = { ...own, test: tested?.perClass ?? null, validation: validation?.perClass ?? null };
  const different = (Object.keys(parts) as (keyof typeof parts)[]).filter(
    (key) => JSON.stringify(parts[key]) !== JSON.stringify(truth[key]),
  );
  if (tolerance !== undefined) {
    const isClose = close(found.mean, truth.mean, tolerance) && close(found.std, truth.std, 2 * tolerance);
    return isClose ? different : [...different, "mean"];
  }
  // The hashes of the truths know no validation split.
  const isSame = truth.validation ? close(found.mean, truth.mean, 1e-5) : found.hash === truth.hash;
  return isSame ? different : [...different, "hash"];
}

function assertSaid(text: string, groups: readonly (readonly string[])[] = []): void {
  for (const group of groups) {
    const isSaid = group.some((word) =>
      word.startsWith("re:")
        ? new RegExp(word.slice(3), "i").test(text)
        : text.toLowerCase().includes(word.toLowerCase()),
    );
    assert.ok(isSaid, `none of ${group.join(" | ")} in: ${text}`);
  }
}

for (const each of cases) {
  test(`forms: ${each.id}: ${each.expect}`, async (t) => {
    const { name, options } = asked(each);
    // Words count where Heddle says them, not where they are part of the path.
    const path = join(root, each.path);
    const bare = (text: string) => text.replaceAll(path, "").replaceAll(dirname(path), "");
    let found: Description | null = null;
    try {
      const { dataset, notes } = await open(name, { ...options, cacheDir: dataFolder(t) });
      found = describeDataset(dataset);
      const said = [...notes, ...found.notes, ...found.findings.map(({ evidence, fix }) => `${evidence} ${fix}`)];
      assert.notEqual(each.expect, "refuse");
      const wrong = each.truth.map((key) => differences(found!, truths[key], each.tolerance));
      assert.ok(
        wrong.some(({ length }) => length === 0),
        `differs in ${JSON.stringify(wrong)}`,
      );
      assertSaid(bare(said.join("\n")), each.says);
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      assert.notEqual(each.expect, "read", error.message);
      assert.equal(error.exitCode, 3, error.message);
      assert.ok(error.message.includes(basename(path)), error.message);
      assertSaid(bare(error.message), each.words);
    }
    for (const gone of each.absent ?? []) assert.ok(!existsSync(join("/", gone)), gone);
  });
}
