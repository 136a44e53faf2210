/** PngSuite, where HEDDLE_DATA_DIR has it: each valid file gives its published pixels, each broken one is refused. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { decodePng } from "../../src/formats/png.js";
import { needsRealData, realDataDir, saying } from "./fixtures.js";
import { toRgba } from "./png-maker.js";

interface Expected {
  readonly width: number;
  readonly height: number;
  /** base64 of R, G, B, A. */
  readonly rgba8: string;
}

/** Their published reduction from 16 to 8 bits is another than v >> 8: one step more or less. */
const rounded = ["basi0g16", "basn0g16", "oi1n0g16", "oi2n0g16", "oi4n0g16", "oi9n0g16"];
/** No pixels are published for these: the size alone is checked. */
const unpublished = { basi4a16: 32, basi6a16: 32, basn4a16: 32, basn6a16: 32 };

const folder = (): string => join(realDataDir!, "pngsuite");
const read = (name: string): Uint8Array => readFileSync(join(folder(), "png", `${name}.png`));
const names = (): string[] => readdirSync(join(folder(), "png")).map((file) => file.replace(/\.png$/, ""));

function expectedImages(): Map<string, Expected> {
  const packed = readFileSync(join(folder(), "expected-rgba8.json.gz"));
  const { images } = JSON.parse(gunzipSync(packed).toString()) as { images: Record<string, Expected> };
  return new Map(Object.entries(images).map(([name, image]) => [name.replace(/\.png$/, ""), image]));
}

test("PngSuite: 157 valid files decode to the published pixels", (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const expected = expectedImages();
  const valid = names().filter((name) => !name.startsWith("x") && expected.has(name));
  assert.equal(valid.length, 157);
  for (const name of valid) {
    const { width, height, rgba8 } = expected.get(name)!;
    const image = decodePng(read(name), name);
    assert.deepEqual([image.width, image.height], [width, height], name);
    const [got, want] = [toRgba(image), Buffer.from(rgba8, "base64")];
    assert.equal(got.length, want.length);
    const most = got.reduce((most, byte, i) => Math.max(most, Math.abs(byte - want[i])), 0);
    assert.ok(most <= (rounded.includes(name) ? 1 : 0), `${name} differs by ${most}`);
  }
});

for (const [name, side] of Object.entries(unpublished)) {
  test(`PngSuite: ${name}, 16 bits with alpha, decodes`, (t) => {
    if (needsRealData) return t.skip(needsRealData);
    const { width, height, channels } = decodePng(read(name), name);
    assert.deepEqual([width, height, channels], [side, side, name.includes("4a") ? 2 : 4]);
  });
}

test("PngSuite: interlaced and plain files of the same picture with 16 bits and alpha are equal", (t) => {
  if (needsRealData) return t.skip(needsRealData);
  for (const kind of ["4a16", "6a16"]) {
    assert.deepEqual(decodePng(read(`basi${kind}`), kind), decodePng(read(`basn${kind}`), kind));
  }
});

test("PngSuite: all 14 broken files are refused, by name", (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const broken = names().filter((name) => name.startsWith("x"));
  assert.equal(broken.length, 14);
  for (const name of broken) assert.throws(() => decodePng(read(name), `${name}.png`), saying(3, `${name}.png`), name);
});
