/** What a set takes in memory: said for large ones, refused where it cannot fit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadEvent } from "../../src/data/dataset.js";
import { announceMemory } from "../../src/data/memory.js";
import { saying } from "./fixtures.js";

const shape = { height: 100, width: 100, channels: 3 };

test("memory: a large set is announced, a small one needs no words", () => {
  const events: LoadEvent[] = [];
  const onEvent = (event: LoadEvent) => void events.push(event);
  announceMemory({ dataset: "folder:x", images: 1000, shape }, { onEvent }, 1e9);
  assert.deepEqual(events, []);
  announceMemory({ dataset: "folder:x", images: 10_000, shape }, { onEvent }, 1e9);
  assert.deepEqual(events, [{ kind: "note", text: "folder:x: 10000 images of 100x100x3 take 300 MB of memory." }]);
});

test("memory: more than there is available is refused before anything is loaded", () => {
  const need = { dataset: "folder:x", images: 10_000, shape };
  assert.throws(
    () => announceMemory(need, {}, 347e6),
    saying(1, "folder:x", "348 MB to read", "got 347 MB", "--image-size"),
  );
  announceMemory(need, {}, 348e6);
  assert.throws(() => announceMemory({ ...need, held: 1e6 }, {}, 348e6), saying(1, "349 MB"));
});
