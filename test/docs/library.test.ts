/** The listings of docs/library.md run as they stand, and epochs come as they are made. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { train, trainEpochs } from "../../src/index.js";
import { refusal } from "../run/refuses.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const page = readFileSync(join(root, "docs", "library.md"), "utf8");
const listings = [...page.matchAll(/```js\n([\s\S]*?)```/g)].map(([, text]) => text);
const folder = mkdtempSync(join(tmpdir(), "heddle-library-"));
after(() => rmSync(folder, { recursive: true }));

/** What each prints at its end. */
const endings = [/^1 (good|poor)\n2 good\ndone 1000\n$/, /^(\d+ false\n)*\d+ true\ndone\n$/, /^2 true\n2 2\n$/];

for (const [i, text] of listings.entries()) {
  test(`listing ${i + 1}`, () => {
    const file = join(folder, `${i}.mjs`);
    writeFileSync(file, text.replace('"heddle"', JSON.stringify(join(root, "dist/src/index.js"))));
    assert.match(execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8" }), endings[i]);
  });
}

const small = { subset: 100, epochs: 3, threads: 1 } as const;

test("the iterator gives every epoch once and the outcome at its end, which is that of train", async () => {
  const epochs = trainEpochs({ ...small, out: "none" });
  const seen: number[] = [];
  let step = await epochs.next();
  for (; !step.done; step = await epochs.next()) seen.push(step.value.epoch);
  assert.deepEqual(seen, [1, 2, 3]);
  const plain = await train({ ...small, out: "none" }, {});
  assert.ok(plain.status === "done" && step.value.status === "done");
  assert.equal(step.value.result.weightsHash, plain.result.weightsHash);
});

test("leaving the loop leaves a checkpoint; an error of the run is the iterator's", async () => {
  const out = join(folder, "left");
  for await (const { epoch } of trainEpochs({ ...small, epochs: 500, out })) if (epoch === 2) break;
  assert.ok(existsSync(join(out, "last.ckpt")));
  const wrong = trainEpochs({ ...small, out: "none", model: "nope" });
  await assert.rejects(wrong.next(), refusal(2, /expected a net by name/));
});
