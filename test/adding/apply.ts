/** The pages that say how a thing is added, applied to a copy of the tree: blocks are files, or lines in a registry. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url));

interface Block {
  readonly kind: "file" | "lines";
  /** From the root of the tree. */
  readonly path: string;
  readonly text: string;
}

/** The blocks of a page, in order: a fence says `ts file=PATH` for a new file, `diff file=PATH` for lines. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, "docs", page), "utf8");
  return [...text.matchAll(/^```(\w+) file=(\S+)\n([\s\S]*?)^```$/gm)].map(([, language, path, content]) => ({
    kind: language === "diff" ? "lines" : "file",
    path,
    text: content,
  }));
}

/** A copy of what a build takes, with modules linked, and what is built already: only what changes is built again. */
export function copyOfTree(to: string): void {
  const sources = ["src", "test", "bench", "native", "bin", "docs", "package.json", "tsconfig.json", "CHANGELOG.md"];
  for (const name of [...sources, "dist", "tsconfig.tsbuildinfo"]) {
    if (existsSync(join(root, name)))
      cpSync(join(root, name), join(to, name), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(root, "node_modules"), join(to, "node_modules"));
}

/** Throws what the compiler says. */
export function build(tree: string): void {
  const script = join(tree, "native", "typescript.mjs");
  const { status, stdout } = spawnSync(process.execPath, [script], { cwd: tree, encoding: "utf8" });
  assert.equal(status, 0, stdout);
}

/** Throws where a file is there already, or a line that a block stands on is not, or is there twice. */
export function applyBlock(tree: string, { kind, path, text }: Block): void {
  const target = join(tree, path);
  if (kind === "file") {
    assert.ok(!existsSync(target), `${path} is there already`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    return;
  }
  let lines = readFileSync(target, "utf8").split("\n");
  for (const hunk of text.trimEnd().split(/\n\n/)) lines = applyHunk(lines, hunk.split("\n"), path);
  writeFileSync(target, lines.join("\n"));
}

/** Lines that begin with a space or a minus must stand there in a row, once; those with a plus are put in, those with a minus taken out. */
function applyHunk(lines: readonly string[], hunk: readonly string[], path: string): string[] {
  const before = hunk.filter((line) => !line.startsWith("+")).map((line) => line.slice(1));
  const after = hunk.filter((line) => !line.startsWith("-")).map((line) => line.slice(1));
  const places = lines.flatMap((_, at) => (before.every((line, i) => lines[at + i] === line) ? [at] : []));
  assert.equal(places.length, 1, `${path}: "${before.join("\n")}" stands there ${places.length} times`);
  return [...lines.slice(0, places[0]), ...after, ...lines.slice(places[0] + before.length)];
}

/** One new thing is one new file and one registry: no page may ask for more of a kind. */
export function headings(page: string): ReadonlyMap<string, readonly Block[]> {
  const text = readFileSync(join(root, "docs", page), "utf8");
  const blocks = blocksOf(page);
  const found = new Map<string, Block[]>();
  for (const part of text.split(/^## /m).slice(1)) {
    const count = [...part.matchAll(/^```\w+ file=/gm)].length;
    found.set(part.slice(0, part.indexOf("\n")), blocks.splice(0, count));
  }
  return found;
}
