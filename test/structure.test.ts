/** The house: each room of `src/` imports only from the rooms beneath it, types too. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** From the ground up; docs/architecture.md says what each is for. */
const rooms = [
  "base",
  "formats",
  "data",
  "optim",
  "losses",
  "kernels",
  "augment",
  "nn",
  "zoo",
  "metrics",
  "engine",
  "model",
  "config",
  "run",
  "train",
  "inference",
  "export",
  "serve",
  "measure",
  "cluster",
  "datatools",
  "evidence",
  "doctor",
  "report",
  "search",
  "repro",
] as const;

const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => join("src", file));

interface Import {
  /** "src/nn/net.ts:3" */
  readonly at: string;
  readonly from: string;
  readonly to: string;
}

/** Every relative import of a file, of values and of types, static and dynamic. */
function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), "utf8");
  return [...text.matchAll(/(?:from\s*|import\s*\(?\s*)"(\.[^"]+)"/g)].map((match) => ({
    at: `${file}:${text.slice(0, match.index).split("\n").length}`,
    from: file,
    to: relative(root, join(root, dirname(file), match[1])).replace(/\.js$/, ".ts"),
  }));
}

const roomOf = (file: string): string => file.split("/")[1];
const level = (file: string): number => rooms.indexOf(roomOf(file) as (typeof rooms)[number]);

test("every folder of src is a room whose place is known", () => {
  const found = [...new Set(sources.filter((file) => file.split("/").length > 2).map(roomOf))];
  assert.deepEqual(
    found.filter((room) => room !== "cli" && !rooms.includes(room as never)),
    [],
  );
});

test("rooms import only from rooms beneath them", () => {
  const upward = sources
    .filter((file) => level(file) >= 0)
    .flatMap(importsOf)
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && (level(to) < 0 || level(to) > level(from)))
    .map(({ at, to }) => `${at} -> ${to}`);
  assert.deepEqual(upward, []);
});
test("the command line stands on the public API alone", () => {
  // The second is a part of the first that is loaded before it.
  const open = ["src/index.ts", "src/version.ts"];
  const past = sources
    .filter((file) => roomOf(file) === "cli")
    .flatMap(importsOf)
    .filter(({ to }) => roomOf(to) !== "cli" && !open.includes(to))
    .map(({ at, to }) => `${at} -> ${to}`);
  assert.deepEqual(past, []);
});

test("C++ is at most 120 columns wide, and 300 lines long", () => {
  const files = readdirSync(join(root, "native"), { recursive: true, encoding: "utf8" }).filter(
    (file) => /\.(?:h|cc)$/.test(file) && !file.startsWith("build"),
  );
  assert.ok(files.length > 50);
  const wrong = files.flatMap((file) => {
    const lines = readFileSync(join(root, "native", file), "utf8").split("\n");
    const wide = lines.flatMap((line, i) => (line.length > 120 ? [`${file}:${i + 1}: ${line.length} columns`] : []));
    return lines.length > 301 ? [...wide, `${file}: ${lines.length - 1} lines`] : wide;
  });
  assert.deepEqual(wrong, []);
});
