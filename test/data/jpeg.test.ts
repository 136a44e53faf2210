/** Plain JPEG files are decoded here, to the bytes that libjpeg makes of them; all others are left to it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import sharp, { type JpegOptions } from "sharp";
import { Stream } from "../../src/base/random.js";
import { decodeImage, sizeOf } from "../../src/formats/image.js";
import { decodePlain } from "../../src/formats/jpeg/decode.js";
import { readHeader } from "../../src/formats/jpeg/header.js";
import type { DecodedImage } from "../../src/formats/pixels.js";

const files = fileURLToPath(new URL("../../../test/report-cases/jpeg", import.meta.url));

const here = (bytes: Uint8Array): DecodedImage | null => {
  const header = readHeader(bytes);
  return header && decodePlain(bytes, header);
};
async function there(bytes: Uint8Array, channels: number): Promise<Buffer> {
  const space = channels === 1 ? "b-w" : "srgb";
  return sharp(bytes, { autoOrient: true }).toColourspace(space).raw().toBuffer();
}

/** Noise, black and white, waves, steps: of any size, in any quality. */
function pictures(seed: number, many: number) {
  const stream = new Stream(seed, "synthetic", 3);
  return Array.from({ length: many }, (_, i) => {
    stream.at(0, i);
    const [width, height, channels] = [1 + stream.below(70), 1 + stream.below(70), stream.below(4) === 0 ? 1 : 3];
    const [kind, a, b] = [i % 4, 1 + stream.below(19), stream.below(19)];
    const pixels = Uint8Array.from({ length: width * height * channels }, (__, at) => {
      const [c, x, y] = [at % channels, Math.floor(at / channels) % width, Math.floor(at / channels / width)];
      if (kind === 0) return stream.word() & 255;
      if (kind === 1) return stream.below(2) * 255;
      if (kind === 2) return 128 + 120 * Math.sin((x * a + y * b) / 30 + c);
      return (x * 7 + y * 3 + c * 50) & 255;
    });
    const options: JpegOptions = {
      quality: 1 + stream.below(100),
      chromaSubsampling: stream.below(2) === 0 ? "4:2:0" : "4:4:4",
      optimizeCoding: stream.below(2) === 0,
    };
    return { raw: { width, height, channels: channels as 1 | 3 }, pixels, options };
  });
}

/** How many of the pictures were decoded here. */
export async function compare(seed: number, many: number): Promise<number> {
  let decoded = 0;
  for (const [i, { raw, pixels, options }] of pictures(seed, many).entries()) {
    const picture = sharp(pixels, { raw });
    const bytes = await (raw.channels === 1 ? picture.toColourspace("b-w") : picture).jpeg(options).toBuffer();
    const image = here(bytes);
    if (!image) continue;
    decoded++;
    assert.deepEqual([image.width, image.height, image.channels], [raw.width, raw.height, raw.channels]);
    assert.deepEqual(Buffer.from(image.pixels), await there(bytes, image.channels), `picture ${i} of seed ${seed}`);
  }
  return decoded;
}

test("JPEG: what is decoded here has the bytes of libjpeg, in any quality and size, with colors of one size or a quarter", async () => {
  // Black and white noise in the worst quality is beyond what all libraries agree on.
  assert.ok((await compare(1, 240)) >= 236);
});

test("JPEG: the same of colors of half the width, restart markers and a turned picture", async () => {
  const names = readdirSync(files);
  assert.equal(names.length, 7);
  for (const name of names) {
    const bytes = readFileSync(join(files, name));
    const image = here(bytes);
    assert.ok(image, name);
    assert.deepEqual(Buffer.from(image.pixels), await there(bytes, image.channels), name);
    assert.deepEqual(await sizeOf(bytes, name), { height: image.height, width: image.width });
  }
});

test("JPEG: progressive files, CMYK, profiles, other sizes of colors and damaged files are not decoded here", async () => {
  const raw = { width: 40, height: 30, channels: 3 as const };
  const picture = () => sharp({ create: { ...raw, background: "#c84" } });
  const plain = await picture().jpeg().toBuffer();
  assert.ok(here(plain));
  const others = {
    progressive: await picture().jpeg({ progressive: true }).toBuffer(),
    cmyk: await picture().toColourspace("cmyk").jpeg().toBuffer(),
    profile: await picture().withIccProfile("p3").jpeg().toBuffer(),
    cut: plain.subarray(0, plain.length - 3),
    "cut in its header": plain.subarray(0, 200),
    "more data than the picture has": Buffer.concat([plain.subarray(0, -2), Buffer.of(1, 2, 3, 4), plain.subarray(-2)]),
    "no table": Buffer.concat([plain.subarray(0, 2), plain.subarray(plain.indexOf(Buffer.of(0xff, 0xc0)))]),
  };
  for (const [name, bytes] of Object.entries(others)) assert.equal(here(bytes), null, name);
  // What comes after the end is nobody's.
  assert.deepEqual(here(Buffer.concat([plain, Buffer.from("more")])), here(plain));
});

test("JPEG: a size beyond the limits, or that so few bytes cannot hold, is refused before memory is asked for", async () => {
  const bytes = await sharp({ create: { width: 8, height: 8, channels: 3, background: "#123" } })
    .jpeg()
    .toBuffer();
  const frame = bytes.indexOf(Buffer.of(0xff, 0xc0));
  bytes.writeUInt16BE(65_000, frame + 5);
  bytes.writeUInt16BE(1, frame + 7);
  await assert.rejects(decodeImage(bytes, "a.jpg"), /a\.jpg/);
  bytes.writeUInt16BE(65_000, frame + 7);
  await assert.rejects(decodeImage(bytes, "a.jpg"), /pixels in all, got width 65000 and height 65000/);
});
