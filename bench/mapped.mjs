// What training from a mapped cache file costs beside training from memory, where the page cache holds the file: the seconds of an
// epoch's steps, and of what all threads computed in an epoch, which a busy machine does not lengthen (with --threads 1, where none
// waits for another); both taking turns, the best of each. The weights must be the same.
//
//   npm run build && node bench/mapped.mjs [--images 2000] [--side 128] [--epochs 3] [--rounds 3] [--model NET] [--threads N]
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import sharp from "sharp";

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "2000" },
    side: { type: "string", default: "128" },
    epochs: { type: "string", default: "3" },
    rounds: { type: "string", default: "3" },
    model: { type: "string", default: "[[conv 8x3 >> relu] >> pool 4]*2 >> fc 2" },
    threads: { type: "string", default: "1" },
  },
});
const [images, side] = [Number(values.images), Number(values.side)];
const { findDataset, train } = await import("../dist/src/index.js");
const folder = mkdtempSync(join(tmpdir(), "heddle-mapped-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

let state = 1;
const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) & 255;
for (let i = 0; i < images; i++) {
  const at = join(folder, "set", i % 2 === 0 ? "a" : "b");
  mkdirSync(at, { recursive: true });
  const pixels = Buffer.alloc(side * side * 3, draw());
  for (let k = 0; k < pixels.length; k += 7) pixels[k] = draw();
  const path = join(at, `${i}.png`);
  writeFileSync(
    path,
    await sharp(pixels, { raw: { width: side, height: side, channels: 3 } })
      .png()
      .toBuffer(),
  );
  utimesSync(path, 1000, 1000);
}
const dataset = `folder:${join(folder, "set")}`;
const forms = [
  { name: "in memory", mapFrom: Number.MAX_SAFE_INTEGER, cacheDir: join(folder, "memory") },
  { name: "mapped", mapFrom: 0, cacheDir: join(folder, "mapped") },
].map((form) => ({ ...form, best: Number.POSITIVE_INFINITY, computed: Number.POSITIVE_INFINITY, hash: "" }));
for (const { mapFrom, cacheDir } of forms) await findDataset(dataset).load({ mapFrom, cacheDir });

const epochs = Number(values.epochs);
for (let round = 0; round < Number(values.rounds); round++) {
  for (const form of forms) {
    process.env.HEDDLE_CACHE_DIR = form.cacheDir;
    const config = {
      dataset,
      model: values.model,
      epochs,
      out: null,
      augment: "none",
      threads: Number(values.threads),
    };
    let before = process.cpuUsage();
    const onEvent = (event) => {
      if (event.kind !== "epoch") return;
      const { user, system } = process.cpuUsage(before);
      // The first epoch has loading in it.
      if (event.epoch > 1) form.computed = Math.min(form.computed, (user + system) / 1e6);
      form.best = Math.min(form.best, event.seconds);
      before = process.cpuUsage();
    };
    const { result } = await train({ config: { ...config, validation: 0 }, onEvent, report: false });
    form.hash = result.weightsHash;
  }
}
const megabytes = (images * side * side * 3) / 1e6;
console.log(
  `${images} images of ${side}x${side}x3 (${megabytes.toFixed(0)} MB), ${values.model}, ${values.threads} threads\n`,
);
const more = (key, form) => `${((form[key] / forms[0][key] - 1) * 100).toFixed(1)} %`;
console.log("| images lie | seconds an epoch | | seconds of a core | |\n| --- | ---: | ---: | ---: | ---: |");
for (const form of forms) {
  const cells = [form.name, form.best.toFixed(3), more("best", form), form.computed.toFixed(3), more("computed", form)];
  console.log(`| ${cells.join(" | ")} |`);
}
if (forms[0].hash !== forms[1].hash) throw new Error("other weights");
console.log(`\nweights ${forms[0].hash}, both`);
