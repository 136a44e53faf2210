import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cosTurns,
  foldSeed,
  identity,
  log,
  philox,
  purposes,
  Stream,
  shuffle,
  sinTurns,
  streamKey,
} from "../../src/base/random.js";

/** Random123's kat_vectors, philox4x32 10. */
const published = [
  { counter: [0, 0, 0, 0], key: [0, 0], block: "6627e8d5 e169c58d bc57ac4c 9b00dbd8" },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    block: "408f276d 41c83b0e a20bc7c6 6d5451fd",
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    block: "d16cfe09 94fdcceb 5001e420 24126ea1",
  },
];

for (const { counter, key, block } of published) {
  test(`philox gives Random123's published block ${block.slice(0, 8)}`, () => {
    const out = new Uint32Array(4);
    philox(counter, key[0], key[1], out);
    assert.equal(Array.from(out, (word) => word.toString(16).padStart(8, "0")).join(" "), block);
    const inPlace = Uint32Array.from(counter);
    philox(inPlace, key[0], key[1], inPlace);
    assert.deepEqual(inPlace, out);
  });
}

test("a stream is the sequence of its place's blocks", () => {
  const stream = new Stream(5, "dropout", 3).at(1, 2, 7);
  const [key0, key1] = streamKey(5, "dropout", 3);
  assert.deepEqual([key0, key1], [5, (purposes.dropout << 24) | 3]);
  for (let block = 0; block < 3; block++) {
    const expected = new Uint32Array(4);
    philox([1, 2, 7, block], key0, key1, expected);
    assert.deepEqual(
      Uint32Array.from({ length: 4 }, () => stream.word()),
      expected,
    );
  }
  const first = stream.at(1, 2, 7).word();
  stream.word();
  assert.equal(stream.at(1, 2, 7).word(), first);
});

test("seeds, purposes and items have streams of their own", () => {
  assert.equal(new Set(Object.values(purposes)).size, Object.keys(purposes).length);
  const seeds = [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 2 ** 33, 2 ** 53 - 1, 2 ** 53 - 2];
  assert.equal(new Set(seeds.map(foldSeed)).size, seeds.length);
  const first = new Set<number>();
  for (const purpose of Object.keys(purposes) as (keyof typeof purposes)[]) {
    for (const item of [0, 1, 2]) for (const seed of seeds) first.add(new Stream(seed, purpose, item).word());
  }
  assert.equal(first.size, Object.keys(purposes).length * 3 * seeds.length);
});

test("bounded integers are even and in range", () => {
  const stream = new Stream(1, "synthetic");
  const draws = 70_000;
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < draws; i++) counts[stream.below(7)]++;
  let chiSquare = 0;
  for (const count of counts) chiSquare += (count - draws / 7) ** 2 / (draws / 7);
  assert.ok(chiSquare < 22.5, `chi-square ${chiSquare} with 6 degrees of freedom (99.9 %)`);
  // Three of four words are redrawn as often as rejection ever gets: the mean shows a bias of words that were not.
  const n = 3 * 2 ** 30;
  let low = 0;
  for (let i = 0; i < draws; i++) {
    const value = stream.below(n);
    assert.ok(value >= 0 && value < n);
    if (value < n / 3) low++;
  }
  assert.ok(Math.abs(low / draws - 1 / 3) < 0.01, `a third expected below n/3, got ${low / draws}`);
  assert.equal(stream.below(1), 0);
  assert.ok(stream.below(2 ** 32) < 2 ** 32);
});

test("uniforms have 53 bits in [0, 1) and the right moments", () => {
  const stream = new Stream(2, "synthetic");
  let [sum, squares, odd] = [0, 0, 0];
  const n = 100_000;
  for (let i = 0; i < n; i++) {
    const u = stream.uniform();
    assert.ok(u >= 0 && u < 1 && Number.isInteger(u * 2 ** 53));
    sum += u;
    squares += u * u;
    odd += (u * 2 ** 53) % 2;
  }
  assert.ok(Math.abs(sum / n - 1 / 2) < 0.004);
  assert.ok(Math.abs(squares / n - 1 / 3) < 0.004);
  assert.ok(Math.abs(odd / n - 1 / 2) < 0.01);
});

test("normals have the right moments, singly and in pairs", () => {
  const out = new Float64Array(200_001);
  new Stream(3, "weights").fillNormal(out);
  const single = new Stream(3, "weights");
  assert.equal(single.normal(), out[0]);
  assert.equal(single.normal(), out[2]);
  const moment = (power: number) => out.reduce((sum, z) => sum + z ** power, 0) / out.length;
  const expected = [0, 1, 0, 3];
  expected.forEach((value, i) => {
    assert.ok(Math.abs(moment(i + 1) - value) < 0.06, `moment ${i + 1} is ${moment(i + 1)}`);
  });
  assert.ok(Math.abs(out.filter((z) => Math.abs(z) > 2).length / out.length - 0.0455) < 0.002);
});

const ulpTolerance = 4;
const ulp = (x: number) => Math.max(2 ** (Math.floor(Math.log2(Math.abs(x))) - 52), Number.MIN_VALUE);
const ulpsApart = (got: number, wanted: number) => (got === wanted ? 0 : Math.abs(got - wanted) / ulp(wanted));

test(`log is within ${ulpTolerance} ulp of Math.log on what Box-Muller asks`, () => {
  const stream = new Stream(4, "synthetic");
  let worst = ulpsApart(log(2 ** -53), Math.log(2 ** -53));
  assert.equal(log(1), 0);
  for (let i = 0; i < 100_000; i++) {
    const x = 1 - stream.uniform();
    for (const value of [x, 1 - x * 2 ** -30, x * 2 ** -(i % 53), x * 2 ** (i % 900)]) {
      worst = Math.max(worst, ulpsApart(log(value), Math.log(value)));
    }
  }
  assert.ok(worst <= ulpTolerance, `worst ${worst} ulp`);
});

test(`cosTurns and sinTurns are within ${ulpTolerance} ulp of Math.cos and Math.sin of what is left of whole quarters`, () => {
  const stream = new Stream(5, "synthetic");
  let worst = 0;
  for (let i = 0; i < 100_000; i++) {
    const rest = (stream.uniform() - 0.5) * 0.25;
    for (const [quarter, cos, sin] of [
      [0, Math.cos, Math.sin],
      [1, (x: number) => -Math.sin(x), Math.cos],
      [2, (x: number) => -Math.cos(x), (x: number) => -Math.sin(x)],
      [3, Math.sin, (x: number) => -Math.cos(x)],
    ] as const) {
      const turn = quarter / 4 + rest;
      if (turn < 0) continue;
      const x = 2 * Math.PI * (turn - quarter / 4);
      worst = Math.max(worst, ulpsApart(cosTurns(turn), cos(x)), ulpsApart(sinTurns(turn), sin(x)));
    }
  }
  assert.ok(worst <= ulpTolerance, `worst ${worst} ulp`);
  assert.deepEqual([0, 0.25, 0.5, 0.75].map(cosTurns).map(Math.round).map(Math.abs), [1, 0, 1, 0]);
  assert.ok(Math.abs(cosTurns(1 - 2 ** -53) - 1) < 1e-15 && sinTurns(1 - 2 ** -53) < 0);
});

test("shuffle is a permutation that seed and epoch decide", () => {
  const shuffled = (n: number, seed: number, epoch: number) => {
    const indices = identity(n);
    shuffle(indices, seed, epoch);
    return indices;
  };
  const order = shuffled(1000, 7, 3);
  assert.deepEqual(order.slice().sort(), identity(1000));
  assert.deepEqual(order, shuffled(1000, 7, 3));
  assert.notDeepEqual(order, shuffled(1000, 7, 4));
  assert.notDeepEqual(order, shuffled(1000, 8, 3));
  assert.deepEqual(shuffled(1, 0, 0), identity(1));
  assert.deepEqual(shuffled(0, 0, 0), identity(0));
  // Every order of three comes equally often.
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 6000; epoch++) {
    const key = shuffled(3, 0, epoch).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 6);
  for (const count of counts.values()) assert.ok(Math.abs(count - 1000) < 130, `${count} of 1000`);
});
