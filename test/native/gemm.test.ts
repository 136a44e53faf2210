/** C = f(alpha op(A) op(B) + beta C + bias), against a plain triple loop in double. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { elementwiseNames } from "../../src/kernels/activations/index.js";
import { chosenBackend } from "../kernels/addon.js";
import type { Problem, Wanted } from "../kernels/gemm.js";
import { assertBound, problem, solve } from "../kernels/gemm.js";
import type { Format } from "../kernels/lab.js";
import { assertSameBits, formats } from "../kernels/lab.js";

const backend = chosenBackend();

const range = (end: number) => Array.from({ length: end }, (_, i) => i);
/** Every small size, so around the edges of any tile, and around the edges of vectors, panels and blocks. */
const edges = {
  m: [...range(34), 47, 48, 49, 95, 96, 97, 191, 192, 193],
  n: [...range(34), 47, 48, 49, 63, 64, 65, 95, 96, 97, 143, 144, 145, 191, 192, 193, 383, 384, 385],
  k: [...range(10), 15, 16, 17, 63, 64, 65, 191, 192, 193, 255, 256, 257, 383, 384, 385],
};
/** The other two sizes while one is swept: odd ones, with rests at every edge. */
const shapes = [
  ...edges.m.map((m) => ({ m, n: 51, k: 13 })),
  ...edges.n.map((n) => ({ m: 11, n, k: 13 })),
  ...edges.k.map((k) => ({ m: 11, n: 51, k })),
];
const transposes = [false, true].flatMap((transposeA) =>
  [false, true].map((transposeB) => ({ transposeA, transposeB })),
);
/** alpha and beta: plain, kept, scaled, and the two that leave something unread. */
const factors = [
  [1, 0],
  [1, 1],
  [-0.5, 2],
  [2, 0],
  [0, 1],
  [0, 0],
  [0, -3],
] as const;

const check = (format: Format, values: Wanted): void => {
  const one = problem(format, values);
  assertBound(one, solve(backend, one));
};

for (const format of formats) {
  for (const { transposeA, transposeB } of transposes) {
    const name = `${format.name}${transposeA ? ", A transposed" : ""}${transposeB ? ", B transposed" : ""}`;
    test(`sizes around every edge (${name})`, () => {
      for (const [i, shape] of shapes.entries()) {
        const [alpha, beta] = factors[i % 3];
        check(format, { ...shape, transposeA, transposeB, alpha, beta, spare: i % 4, seed: i });
      }
    });

    test(`alpha and beta of all kinds: NaN in C with beta 0, NaN in A and B with alpha 0 (${name})`, () => {
      for (const [alpha, beta] of factors) {
        for (const k of [0, 5, 200]) check(format, { m: 10, n: 53, k, transposeA, transposeB, alpha, beta, spare: 1 });
      }
    });

    test(`random sizes and factors (${name})`, () => {
      const size = fc.nat({ max: 70 });
      const factor = fc.constantFrom(0, 1, -1, 0.75);
      const values = fc.record({
        m: size,
        n: size,
        k: size,
        alpha: factor,
        beta: factor,
        spare: fc.nat({ max: 9 }),
        seed: fc.nat(),
      });
      const property = fc.property(values, (drawn) => check(format, { ...drawn, transposeA, transposeB }));
      fc.assert(property, { numRuns: 40, seed: 1 });
    });
  }

  for (const [number, name] of elementwiseNames.entries()) {
    test(`bias and ${name} are fused (${format.name})`, () => {
      for (const n of [1, 15, 16, 17, 48, 50, 97]) {
        for (const k of [0, 7, 193]) {
          check(format, { m: 9, n, k, function: number, bias: true, spare: 1, seed: n });
          check(format, { m: 9, n, k, function: number, bias: n % 2 === 0, alpha: 0.5, beta: 0.5, seed: n });
        }
      }
    });
  }

  test(`a row does not depend on the rows beside it, nor a column on the columns (${format.name})`, () => {
    const whole = problem(format, { m: 27, n: 101, k: 205, alpha: 0.7, beta: 0.3, bias: true, function: 3 });
    const { m, n, k, a, b, c, bias } = whole;
    const all = solve(backend, whole);
    for (let i = 0; i < m; i++) {
      const part = { ...whole, m: 1, a: a.slice(i * k, (i + 1) * k), c: c.slice(i * n, (i + 1) * n) };
      assertSameBits(solve(backend, part), all.slice(i * n, (i + 1) * n), `row ${i}`);
    }
    const column = (matrix: typeof c, rows: number, j: number) => format.array(rows).map((_, i) => matrix[i * n + j]);
    for (let j = 0; j < n; j++) {
      const part = { ...whole, n: 1, lda: k, ldb: 1, ldc: 1, b: column(b, k, j), c: column(c, m, j) };
      const own = { ...part, bias: bias && bias.slice(j, j + 1) };
      assertSameBits(solve(backend, own), column(all, m, j), `column ${j}`);
    }
  });

  test(`a transposed matrix gives the bits of the plain one (${format.name})`, () => {
    const plain = problem(format, { m: 19, n: 67, k: 203, alpha: 0.7, beta: 0.3 });
    const { m, n, k, a, b } = plain;
    const flip = (matrix: typeof a, rows: number, columns: number) =>
      format.array(matrix.length).map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
    const flipped = { transposeA: true, a: flip(a, m, k), lda: m, transposeB: true, b: flip(b, k, n), ldb: k };
    const expected = solve(backend, plain);
    assertSameBits(solve(backend, { ...plain, ...flipped }), expected, "both");
  });

  test(`what does not fit is refused (${format.name})`, () => {
    const good = problem(format, { m: 4, n: 5, k: 6, bias: true });
    const wrong: Partial<Problem>[] = [
      { m: 5 },
      { n: 6 },
      { k: 7 },
      { m: -1 },
      { m: NaN },
      { lda: 7 },
      { lda: 5 },
      { lda: -6 },
      { ldb: 4 },
      { ldc: 4 },
      { ldc: -5 },
      { bias: good.bias?.slice(0, 4) ?? null },
      { function: -1 },
      { function: elementwiseNames.length },
    ];
    assert.doesNotThrow(() => solve(backend, good));
    for (const change of wrong) {
      assert.throws(() => solve(backend, { ...good, ...change }), /gemm/, JSON.stringify(change));
    }
  });
}
