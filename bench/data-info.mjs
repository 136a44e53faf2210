// How long `heddle data info` takes on a folder of many image files: the first time, when all are decoded, and the next,
// out of the cache; beside it torchvision's ImageFolder (or, without torchvision, what it does: Pillow, RGB, an array) with as
// many processes as Heddle has cores.
//
//   npm run build && node bench/data-info.mjs [--images 60000] [--side 32] [--rounds 3] [--processes N] [--python PYTHON] [--dir FOLDER]
//
// The files are made first, half of them PNG and half JPEG, in 10 classes, and kept in --dir for the next time. They take turns,
// with an empty cache each round and the files in the kernel's; the best of the rounds counts.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import sharp from "sharp";

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "60000" },
    side: { type: "string", default: "32" },
    rounds: { type: "string", default: "3" },
    processes: { type: "string", default: `${availableParallelism()}` },
    python: { type: "string", default: "python3" },
    dir: { type: "string" },
  },
});
const [images, side] = [Number(values.images), Number(values.side)];
const own = mkdtempSync(join(tmpdir(), "heddle-data-info-"));
process.on("exit", () => rmSync(own, { recursive: true, force: true }));
const folder = join(values.dir ?? own, `images-${images}-${side}`);
const heddle = fileURLToPath(new URL("../bin/heddle.js", import.meta.url));

/** Soft colors with some noise, as photographs have. */
function picture(seed) {
  let state = seed * 2654435761 + 1;
  const draw = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const [a, b, c] = [draw() * 6, draw() * 6, draw() * 6];
  const pixels = Buffer.alloc(side * side * 3);
  for (let i = 0; i < pixels.length; i++) {
    const [y, x, k] = [Math.floor(i / 3 / side) / side, (Math.floor(i / 3) % side) / side, i % 3];
    pixels[i] = 128 + 90 * Math.sin(a * x + b * y + c * k) + 16 * draw();
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
}

async function makeFiles() {
  if (existsSync(folder) && readdirSync(folder).length === 10) return;
  console.error(`making ${images} files in ${folder}`);
  for (let label = 0; label < 10; label++) mkdirSync(join(folder, `class${label}`), { recursive: true });
  for (let first = 0; first < images; first += 64) {
    const some = Array.from({ length: Math.min(64, images - first) }, async (_, i) => {
      const number = first + i;
      const [format, ending] = number % 2 === 0 ? ["png", "png"] : ["jpeg", "jpg"];
      const bytes = await picture(number).toFormat(format).toBuffer();
      writeFileSync(join(folder, `class${number % 10}`, `${number}.${ending}`), bytes);
    });
    await Promise.all(some);
  }
}

/** Seconds, and what it says of itself; the reason where it failed. */
function timed({ command, args, env }) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", env: { ...process.env, ...env } });
  const seconds = (performance.now() - started) / 1000;
  if (status !== 0) return { seconds: null, note: stderr?.trim().split("\n").at(-1) ?? `no ${command}` };
  return { seconds, note: stdout.startsWith("{") ? "" : stdout.trim() };
}

await makeFiles();
console.log(
  `${images} files of ${side}x${side}, half PNG, half JPEG; ${values.processes} cores of ${cpus()[0].model}\n`,
);
const info = [heddle, "data", "info", `folder:${folder}`, "--json"];
const peer = fileURLToPath(new URL("peers/image_folder.py", import.meta.url));
const contestants = ["heddle data info, nothing cached", "heddle data info, out of the cache", "ImageFolder"];
const bests = contestants.map(() => ({ seconds: null, note: "" }));
for (let round = 0; round < Number(values.rounds); round++) {
  const env = { HEDDLE_CACHE_DIR: join(own, `cache-${round}`) };
  const ours = { command: process.execPath, args: info, env };
  const theirs = { command: values.python, args: [peer, folder, values.processes], env: {} };
  for (const [i, contestant] of [ours, ours, theirs].entries()) {
    const result = timed(contestant);
    console.error(`round ${round + 1}, ${contestants[i]}: ${result.seconds?.toFixed(2) ?? result.note}`);
    if (result.seconds === null ? bests[i].seconds === null : result.seconds < (bests[i].seconds ?? Infinity)) {
      bests[i] = result;
    }
  }
  rmSync(env.HEDDLE_CACHE_DIR, { recursive: true, force: true });
}
console.log("| what | seconds | images/s | |\n| --- | ---: | ---: | --- |");
for (const [i, { seconds, note }] of bests.entries()) {
  const [taken, rate] =
    seconds === null ? ["-", "-"] : [seconds.toFixed(1), Math.round(images / seconds).toLocaleString("en")];
  console.log(`| ${contestants[i]} | ${taken} | ${rate} | ${note} |`);
}
