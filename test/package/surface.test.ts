/** The public API changes only where someone looked: it stands in a file, as the compiler sees it. */
import assert from "node:assert/strict";
import { test } from "node:test";

interface Maker {
  readonly surface: () => string;
  readonly writtenSurface: () => string;
}
const maker = (await import(new URL("../../../test/api/surface.mjs", import.meta.url).href)) as Maker;

test("every export and the types that it leads to are those of test/api/surface.txt", () => {
  const [now, before] = [maker.surface(), maker.writtenSurface()];
  const [gained, lost] = [linesBeyond(now, before), linesBeyond(before, now)];
  const changes = [...lost.map((line) => `- ${line}`), ...gained.map((line) => `+ ${line}`)].slice(0, 40);
  if (now !== before && changes.length === 0) changes.push("the order of its lines");
  const how = "The public API changed. If it was meant to: node test/api/surface.mjs, and a line in CHANGELOG.md.";
  assert.deepEqual(changes, [], how);
});

/** The lines of a text that another has not, or not as often. */
function linesBeyond(text: string, other: string): string[] {
  const left = new Map<string, number>();
  for (const line of other.split("\n")) left.set(line, (left.get(line) ?? 0) + 1);
  return text.split("\n").filter((line) => {
    const count = left.get(line) ?? 0;
    left.set(line, count - 1);
    return count <= 0;
  });
}
