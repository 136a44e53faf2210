/** Image files of either format, told apart by how they begin; JPEG with and without `sharp`. */
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import sharp from "sharp";
import { decodeImage } from "../../src/formats/image.js";
import { defaultLimits } from "../../src/formats/pixels.js";
import { encodePng } from "../../src/formats/png.js";
import { needsRealData, realDataDir, saying } from "./fixtures.js";
import { makePng } from "./png-maker.js";

/** Too smooth for JPEG to lose much of it. */
const slope = (channels: 1 | 3) => ({
  width: 24,
  height: 16,
  channels,
  pixels: Uint8Array.from({ length: 24 * 16 * channels }, (_, i) => {
    const at = Math.floor(i / channels);
    return 5 * (at % 24) + 3 * Math.floor(at / 24) + 20 * (i % channels);
  }),
});
const jpegOf = (channels: 1 | 3, orientation?: number): Promise<Buffer> => {
  const image = sharp(slope(channels).pixels, { raw: { width: 24, height: 16, channels } });
  if (orientation !== undefined) image.withMetadata({ orientation });
  const space = channels === 1 ? "b-w" : "srgb";
  return image.toColourspace(space).jpeg({ quality: 100, chromaSubsampling: "4:4:4" }).toBuffer();
};
const worst = (a: Uint8Array, b: Uint8Array): number => {
  assert.equal(a.length, b.length);
  return a.reduce((most, byte, i) => Math.max(most, Math.abs(byte - b[i])), 0);
};

for (const channels of [1, 3] as const) {
  test(`JPEG: ${channels === 1 ? "grey stays one channel" : "color is three channels"}`, async () => {
    const image = await decodeImage(await jpegOf(channels), "a.jpg");
    assert.deepEqual([image.width, image.height, image.channels], [24, 16, channels]);
    assert.ok(worst(image.pixels, slope(channels).pixels) <= 3);
  });
}

test("JPEG: is turned as its orientation says", async () => {
  const { width, height, pixels } = await decodeImage(await jpegOf(3, 6), "a.jpg"); // 6: turn clockwise to see it
  assert.deepEqual([width, height], [16, 24]);
  const turned = Uint8Array.from(pixels, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % 16, Math.floor(i / 48)];
    return slope(3).pixels[((15 - x) * 24 + y) * 3 + (i % 3)];
  });
  assert.ok(worst(pixels, turned) <= 3);
});

test("JPEG: damaged or cut short, or beyond the limits, is refused by name", async () => {
  const good = await jpegOf(3);
  for (const size of [3, 20, 200, good.length - 20]) {
    await assert.rejects(decodeImage(good.subarray(0, size), "cut.jpg"), saying(3, "cut.jpg", "a whole JPEG image"));
  }
  await assert.rejects(
    decodeImage(good, "a.jpg", { limits: { ...defaultLimits, side: 23 } }),
    saying(3, "1..23", "width 24"),
  );
  await assert.rejects(
    decodeImage(good, "a.jpg", { limits: { ...defaultLimits, pixels: 300 } }),
    saying(3, "a.jpg", "pixel"),
  );
});

test("JPEG: a size that the file cannot hold is refused before it takes memory", async () => {
  const lying = Buffer.from(await jpegOf(1));
  const frame = lying.indexOf(Buffer.from([0xff, 0xc0]));
  lying.writeUInt16BE(8000, frame + 5);
  lying.writeUInt16BE(7000, frame + 7);
  await assert.rejects(decodeImage(lying, "a.jpg"), saying(3, "a.jpg", "7000x8000 pixels", "cannot hold"));
  const flat = sharp({ create: { width: 4000, height: 3000, channels: 3, background: "red" } });
  for (const progressive of [false, true]) {
    const dense = await flat.clone().jpeg({ quality: 1, progressive, optimizeCoding: true }).toBuffer();
    assert.equal((await decodeImage(dense, "flat.jpg")).height, 3000, `${12e6 / dense.length} pixels a byte`);
  }
});

test("JPEG: without sharp plain files are decoded, and of others the message says what to install", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "heddle-no-sharp-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const compiled = fileURLToPath(new URL("../../src", import.meta.url));
  for (const part of ["base", "formats"]) {
    mkdirSync(dirname(join(folder, part)), { recursive: true });
    cpSync(join(compiled, part), join(folder, part), { recursive: true });
  }
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(
    fileURLToPath(new URL("../../../node_modules/zod", import.meta.url)),
    join(folder, "node_modules", "zod"),
  );
  const module = pathToFileURL(join(folder, "formats/image.js")).href;
  const alone = (await import(module)) as { decodeImage: typeof decodeImage };
  for (const side of [24, 200]) {
    const picture = sharp({ create: { width: side, height: side, channels: 3, background: "#c84" } });
    const [plain, progressive] = [
      await picture.jpeg().toBuffer(),
      await picture.jpeg({ progressive: true }).toBuffer(),
    ];
    const { pixels } = await alone.decodeImage(plain, "a.jpg");
    assert.deepEqual(Buffer.from(pixels), Buffer.from((await decodeImage(plain, "a.jpg")).pixels));
    await assert.rejects(
      alone.decodeImage(plain.subarray(0, -9), "a.jpg"),
      /a whole JPEG image, got data that are damaged/,
    );
    await assert.rejects(alone.decodeImage(progressive, "a.jpg"), /a\.jpg: expected the package sharp/);
  }
  const progressive = await sharp(await jpegOf(1))
    .jpeg({ progressive: true })
    .toBuffer();
  await assert.rejects(alone.decodeImage(progressive, "a.jpg"), {
    kind: "data",
    message:
      "a.jpg: expected the package sharp, which decodes JPEG, got no such package. " +
      "Install it (npm install sharp@0.35), or convert the images to PNG.",
  });
  assert.equal((await alone.decodeImage(encodePng(slope(3)), "a.png")).width, 24);
});

test("the format is told by the first bytes, whatever the name", async () => {
  assert.deepEqual(await decodeImage(encodePng(slope(1)), "a.jpg"), { ...slope(1), format: "PNG", alpha: false });
  const { format, channels, alpha } = await decodeImage(await jpegOf(1), "a.png");
  assert.deepEqual([format, channels, alpha], ["JPEG", 1, false]);
  for (const [text, got] of [
    ["%PDF-1.7", "a PDF document"],
    ["hello", "something else"],
    ["", "an empty file"],
  ]) {
    await assert.rejects(decodeImage(Buffer.from(text), "a.png"), saying(3, "a.png", "a PNG or JPEG image", got));
  }
});

test("TIFF: more bands than a picture has are counted in the error", async () => {
  const [width, height, bands] = [6, 4, 5];
  // Tag, type (3: 16 bits), count and value of each entry; bits and kinds of the bands stand behind the directory.
  const entries = [
    [256, 3, 1, width],
    [257, 3, 1, height],
    [258, 3, bands, 134],
    [259, 3, 1, 1],
    [262, 3, 1, 1],
    [273, 3, 1, 152],
    [277, 3, 1, bands],
    [278, 3, 1, height],
    [279, 3, 1, width * height * bands],
    [338, 3, bands - 1, 144],
  ];
  const tiff = Buffer.alloc(152 + width * height * bands, 7);
  tiff.write("II*\0\x08\0\0\0", "latin1");
  tiff.writeUInt16LE(entries.length, 8);
  for (const [i, [tag, type, count, value]] of entries.entries()) {
    tiff.writeUInt16LE(tag, 10 + 12 * i);
    tiff.writeUInt16LE(type, 12 + 12 * i);
    tiff.writeUInt32LE(count, 14 + 12 * i);
    tiff.writeUInt32LE(value, 18 + 12 * i);
  }
  tiff.writeUInt32LE(0, 10 + 12 * entries.length);
  for (let band = 0; band < bands; band++) tiff.writeUInt16LE(8, 134 + 2 * band);
  tiff.fill(0, 144, 152);
  await assert.rejects(
    decodeImage(tiff, "a.tif"),
    saying(3, "a.tif", "1 channel (grey), 3 (RGB)", "got 5", "Save three"),
  );
});

test("what is transparent lies on black, or on white where asked", async () => {
  const values = [
    [200, 100, 50, 255],
    [200, 100, 50, 0],
    [200, 100, 51, 128],
  ];
  const rgba = makePng({ width: 3, height: 1, depth: 8, color: 6 }, (x, _, c) => values[x][c]);
  const { channels, pixels } = await decodeImage(rgba, "a.png");
  assert.equal(channels, 3);
  assert.deepEqual([...pixels], [200, 100, 50, 0, 0, 0, 100, 50, 26]);
  const greyAlpha = makePng({ width: 3, height: 1, depth: 8, color: 4 }, (x, _, c) => values[x][2 + c]);
  const onBlack = await decodeImage(greyAlpha, "a.png");
  assert.deepEqual([onBlack.channels, onBlack.alpha, ...onBlack.pixels], [1, true, 50, 0, 26]);
  const onWhite = await decodeImage(greyAlpha, "a.png", { paper: "white" });
  assert.deepEqual([...onWhite.pixels], [50, 255, 153]); // 51 x 128/255 + 127
});

test("the real folders of images: every file decodes; PNG equals what sharp makes of it", async (t) => {
  if (needsRealData) return t.skip(needsRealData);
  const folder = join(realDataDir!, "image-folders");
  const sets = { "mnist-png": [250, 28, 1], "cifar10-png": [250, 32, 3], "cifar10-jpeg": [100, 32, 3] };
  for (const [name, [count, side, channels]] of Object.entries(sets)) {
    const files = readdirSync(join(folder, name), { recursive: true, encoding: "utf8" });
    const images = files.filter((file) => /\.(?:png|jpe?g)$/.test(file));
    assert.equal(images.length, count);
    for (const file of images) {
      const bytes = readFileSync(join(folder, name, file));
      const image = await decodeImage(bytes, file);
      assert.deepEqual([image.width, image.height, image.channels], [side, side, channels], file);
      const space = channels === 1 ? "b-w" : "srgb";
      const expected = await sharp(bytes).removeAlpha().toColourspace(space).raw().toBuffer();
      assert.deepEqual(Buffer.from(image.pixels), expected, file);
    }
  }
});
