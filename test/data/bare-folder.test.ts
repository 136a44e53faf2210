/** A folder's bare path in the place of a set's name: taken for its images, and said. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { findDataset, type LoadEvent, train } from "../../src/index.js";
import { emptyFolder } from "../cli/heddle.js";
import { refusal } from "../run/refuses.js";

test("a bare path of a folder is folder:PATH, in the run's settings too, and said once", async (t) => {
  const photos = join(emptyFolder(t), "photos");
  for (const [c, name] of ["ant", "bee"].entries()) {
    mkdirSync(join(photos, name), { recursive: true });
    for (let i = 0; i < 10; i++) {
      const pixels = new Uint8Array(16).map((_, at) => ((at * (i + 1)) % 200) + 50 * c);
      writeFileSync(join(photos, name, `${i}.png`), encodePng({ width: 4, height: 4, channels: 1, pixels }));
    }
  }
  const said = `${photos} is a folder of yours: taken as folder:${photos}.`;
  const notes: string[] = [];
  const onEvent = (event: LoadEvent | { kind: string }): void => {
    if ("text" in event && event.text.includes("taken as")) notes.push(event.text);
  };
  const { name } = await findDataset(photos).load({ onEvent });
  assert.deepEqual([name, notes.splice(0)], [`folder:${photos}`, [said]]);
  const config = { dataset: photos, model: "mlp:2", epochs: 1, threads: 1, out: null } as const;
  let header: unknown;
  await train(config, {
    onEvent(event) {
      if (event.kind === "start") header = event.header.dataset;
      onEvent(event);
    },
  });
  assert.deepEqual([header, notes], [`folder:${photos}`, [said]]);
  assert.throws(() => findDataset(join(photos, "none")), refusal(2, /expected one of .*folder:PATH/));
});
