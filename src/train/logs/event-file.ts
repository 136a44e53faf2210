/**
 * TensorBoard's event files: records of `length, checksum, event, checksum`, each event a message of protocol buffers
 * (tensorflow/core/util/event.proto, framework/summary.proto). Written here as far as a run needs it.
 */
import { maskedCrc32c } from "../../formats/crc32c.js";

/** Wire types of protocol buffers. */
const [varint, fixed64, lengthDelimited, fixed32] = [0, 1, 2, 5];

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

const key = (field: number, wire: number): Buffer => Buffer.from(varintBytes(field * 8 + wire));
const whole = (field: number, value: number): Buffer =>
  Buffer.concat([key(field, varint), Buffer.from(varintBytes(value))]);

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([key(field, fixed64), bytes]);
}

function float(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([key(field, fixed32), bytes]);
}

function block(field: number, content: Uint8Array): Buffer {
  return Buffer.concat([key(field, lengthDelimited), Buffer.from(varintBytes(content.length)), content]);
}

const text = (field: number, value: string): Buffer => block(field, Buffer.from(value));
const doubles = (field: number, values: ArrayLike<number>): Buffer => {
  const bytes = Buffer.alloc(8 * values.length);
  for (let i = 0; i < values.length; i++) bytes.writeDoubleLE(values[i], 8 * i);
  return block(field, bytes);
};

/** One value of a summary. */
export const scalar = (tag: string, value: number): Buffer => block(1, Buffer.concat([text(1, tag), float(2, value)]));

/** `png`: the file's bytes; `channels`: 1 grey, 3 RGB. */
export const image = (
  tag: string,
  { height, width, channels, png }: { height: number; width: number; channels: number; png: Uint8Array },
): Buffer =>
  block(
    1,
    Buffer.concat([
      text(1, tag),
      block(4, Buffer.concat([whole(1, height), whole(2, width), whole(3, channels), block(4, png)])),
    ]),
  );

const bins = 30;

/** How the numbers are spread, in 30 bins of one width; those that are not finite are left out. */
export function histogram(tag: string, values: ArrayLike<number>): Buffer {
  let [low, high, sum, squares, count] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    sum += value;
    squares += value * value;
    count++;
  }
  if (count === 0) [low, high] = [0, 0];
  const width = (high - low) / bins;
  const counts = new Float64Array(width > 0 ? bins : 1);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (Number.isFinite(value)) counts[width > 0 ? Math.min(bins - 1, Math.floor((value - low) / width)) : 0]++;
  }
  // Upper ends; the last holds the greatest itself.
  const ends = Array.from(counts, (_, bin) => (bin === counts.length - 1 ? high : low + (bin + 1) * width));
  const content = [double(1, low), double(2, high), double(3, count), double(4, sum), double(5, squares)];
  return block(
    1,
    Buffer.concat([text(1, tag), block(5, Buffer.concat([...content, doubles(6, ends), doubles(7, counts)]))]),
  );
}

/** `seconds`: since 1970. */
const event = (seconds: number, step: number, content: Buffer): Buffer =>
  record(Buffer.concat([double(1, seconds), whole(2, step), content]));

/** What every file begins with. */
export const versionEvent = (seconds: number): Buffer => event(seconds, 0, text(3, "brain.Event:2"));
/** The run goes on at this step: readers forget what older files have from there on. */
export const startEvent = (seconds: number, step: number): Buffer => event(seconds, step, block(7, whole(1, 1)));
export const summaryEvent = (seconds: number, step: number, values: readonly Uint8Array[]): Buffer =>
  event(seconds, step, block(5, Buffer.concat(values)));

function record(content: Buffer): Buffer {
  const bytes = Buffer.alloc(content.length + 16);
  bytes.writeUInt32LE(content.length, 0);
  bytes.writeUInt32LE(maskedCrc32c(bytes.subarray(0, 8)), 8);
  content.copy(bytes, 12);
  bytes.writeUInt32LE(maskedCrc32c(content), 12 + content.length);
  return bytes;
}
