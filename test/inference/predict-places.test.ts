/** Folders, archives and tables that a model is asked about: every image in them, and what becomes of the answers. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import { namesImages, predict, predictFiles, train } from "../../src/index.js";
import { saying } from "../data/fixtures.js";
import { png } from "../data/pictures.js";
import { makeZip } from "../data/zip-maker.js";
import { configOf } from "../engine/runs.js";
import { chosenBackend } from "../kernels/addon.js";

const backend = chosenBackend().name;
const folder = mkdtempSync(join(tmpdir(), "heddle-predict-places-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const path = at("run");

function put(name: string, bytes: Uint8Array | string): string {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), bytes);
  return at(name);
}

/** Twelve images of two classes, and the same as lines of a table. */
const images = Array.from({ length: 12 }, (_, i) => ({ name: `${["dark", "light"][i % 2]}/${i}.png`, first: 20 * i }));
const pixels = (first: number): number[] => Array.from({ length: 6 }, (_, i) => first + i);

before(async () => {
  process.env.HEDDLE_CACHE_DIR = at("cache");
  for (const { name, first } of images) put(`photos/${name}`, png(first));
  put("photos/notes.txt", "");
  const dataset = `folder:${at("photos")}`;
  const config = configOf({ dataset, model: "mlp:4", epochs: 2, validation: 0, threads: 1, out: path });
  await train({ config, sources: {}, onEvent: () => {} });
});

const ask = async (places: readonly string[]) => {
  const notes: string[] = [];
  const found = await predictFiles({
    path,
    files: places.map(at),
    backend,
    onEvent: (event) => event.kind === "finding" && notes.push(event.finding.evidence),
  });
  const probabilities = Object.fromEntries(found.predictions.map((one) => [one.file, one.probabilities]));
  return { ...found, probabilities, notes };
};

test("a folder, a zip and a tar give what their files give alone, in the natural order", async () => {
  const members = images.map(({ name, first }) => ({ name, bytes: png(first) }));
  put("photos.zip", makeZip(members));
  const tar = await packTar(
    // A tar has its own order.
    members.toReversed().map(({ name, bytes }) => ({
      header: { name, size: bytes.length, type: "file" as const },
      body: Buffer.from(bytes),
    })),
  );
  put("photos.tgz", gzipSync(tar));
  const alone = await ask(images.map(({ name }) => `photos/${name}`));
  for (const place of ["photos", "photos.zip", "photos.tgz"]) {
    const found = await ask([place]);
    const order = ["dark/0", "dark/2", "dark/4", "dark/6", "dark/8", "dark/10"];
    const names = found.predictions.map(({ file }) => file);
    assert.deepEqual(
      names.slice(0, 6),
      order.map((name) => at(`${place}/${name}.png`)),
    );
    assert.equal(names.length, 12);
    for (const { name } of images) {
      assert.deepEqual(found.probabilities[at(`${place}/${name}`)], alone.probabilities[at(`photos/${name}`)]);
    }
    assert.deepEqual(found.notes, place === "photos" ? ["Left out: 1 file of another format (.txt)."] : []);
    assert.equal(found.counts[0] + found.counts[1], 12);
  }
  assert.deepEqual(
    ["photos", "photos.tgz", "run", "nothing", "a.png"].map((name) => namesImages(at(name))),
    [true, true, false, false, true],
  );
});

test("one bad file of an archive, and a place that is none, cost themselves alone", async () => {
  const bad = { name: "dark/9.png", bytes: Buffer.from("no image") };
  const wrongCrc = { name: "dark/1.png", bytes: png(1), claims: { crc: 7 } };
  put("some.zip", makeZip([{ name: "dark/3.png", bytes: png(3) }, bad, wrongCrc]));
  mkdirSync(at("empty"), { recursive: true });
  const { predictions, failed } = await ask(["nowhere", "some.zip", "empty", "photos/dark/0.png"]);
  const names = (files: readonly { file: string }[]) => files.map(({ file }) => file);
  assert.deepEqual(names(predictions), ["some.zip/dark/3.png", "photos/dark/0.png"].map(at));
  assert.deepEqual(names(failed), ["nowhere", "some.zip/dark/1.png", "some.zip/dark/9.png", "empty"].map(at));
  assert.match(failed[1].reason, /CRC/i);
  // An archive that is cut: what came before counts, the rest is named.
  const { length } = readFileSync(at("photos.tgz"));
  put("cut.tgz", readFileSync(at("photos.tgz")).subarray(0, length / 2));
  await assert.rejects(ask(["cut.tgz"]), saying(3, "cut.tgz", "damaged or cut short"));
});

test("a table has a line for each image, with as many classes as are asked for", async () => {
  const csv = at("out.csv");
  const strange = put('strange/a "b", c.png', png(0));
  const { predictions, counts } = await predictFiles({ path, files: [at("photos"), strange], backend, csv, top: 2 });
  assert.deepEqual([predictions.length, counts[0] + counts[1]], [0, 13]);
  const lines = readFileSync(csv, "utf8").split("\n");
  assert.deepEqual([lines[0], lines.length], ["file,class,probability,class_2,probability_2", 15]);
  const { probabilities } = await ask(["photos"]);
  for (const line of lines.slice(1, 13)) {
    const [file, first, p, second, q] = line.split(",");
    const known = probabilities[file];
    assert.equal(known.indexOf(Math.max(...known)), ["dark", "light"].indexOf(first));
    assert.deepEqual([second !== first, Math.abs(Number(p) + Number(q) - 1) < 1e-5], [true, true]);
  }
  assert.ok(lines[13].startsWith(`"${strange.replaceAll('"', '""')}",`));
  const refused = predictFiles({ path, files: [at("photos")], backend, csv: at("no/out.csv") });
  await assert.rejects(refused, saying(1, "no/out.csv", "to write this file"));
});

test("rows without labels are predicted into a table as competitions take it", async () => {
  const head = ["id", ...pixels(0).map((_, i) => `pixel${i}`)];
  const rows = images.map(({ first }, i) => [`row${i}`, ...pixels(first)]);
  const table = (columns: readonly (readonly (string | number)[])[]) =>
    columns.map((row) => `${row.join()}\n`).join("");
  const dataset = `csv:${put("test.csv", table([head, ...rows]))}`;
  const csv = at("submission.csv");
  const options = { path, dataset, imageSize: "2x3", backend, threads: 1 };
  const { predictions } = await predict({ ...options, csv });
  const { probabilities } = await ask(["photos"]);
  for (const [i, { name }] of images.entries()) {
    assert.deepEqual(predictions[i].probabilities, probabilities[at(`photos/${name}`)]);
    assert.deepEqual([predictions[i].label, predictions[i].labelName], [null, null]);
  }
  const classes = predictions.map(({ className }) => className);
  const written = () => readFileSync(csv, "utf8");
  assert.equal(written(), table([["id", "Label"], ...classes.map((name, i) => [`row${i}`, name])]));
  // Without names rows are counted from 1; a competition's own sample says what its columns are called.
  put("test.csv", table([head.slice(1), ...rows.map((row) => row.slice(1))]));
  await predict({ ...options, csv, most: 2 });
  assert.equal(written(), table([["ImageId", "Label"], ...classes.slice(0, 2).map((name, i) => [i + 1, name])]));
  put("sample_submission.csv", "Picture,Kind\n1,dark\n");
  await predict({ ...options, csv, index: [2, 2], top: 1 });
  assert.match(written(), /^Picture,Kind,probability\n3,(dark|light),0\.\d+\n$/);
  // Labelled ones have the truth beside them.
  await predict({ path, backend, threads: 1, csv, most: 1 });
  assert.match(written(), /^file,class,probability,label\ndark\/0\.png,(dark|light),[\d.]+,dark\n$/);
});
