/** The instruction sets of this machine agree to the bit, but for the generic kernels, which round twice per step. */
import { test } from "node:test";
import { elementwiseNames } from "../../src/kernels/activations/index.js";
import type { Backend } from "../../src/kernels/backend.js";
import { operationNames } from "../../src/kernels/ops/index.js";
import { nativeBackends } from "./addon.js";
import { cases } from "./cases/index.js";
import { problem, solve } from "./gemm.js";
import { assertSameBits, buffersOf, execute, formats } from "./lab.js";

const exact = nativeBackends().filter(({ isa }) => isa !== "generic");
const pairs = exact.slice(1).map((other): [Backend, Backend] => [exact[0], other]);

if (pairs.length === 0)
  test("ISAs agree to the bit", { skip: "this machine has fewer than two with fused multiply-add" });

for (const [one, other] of pairs) {
  const both = `${one.isa} and ${other.isa}`;
  for (const format of formats) {
    for (const name of operationNames) {
      test(`${name} in ${format.name}: ${both} agree to the bit`, () => {
        for (const { title, call, step, outputs } of cases[name](format)) {
          const [left, right] = [one, other].map((backend) => execute(backend, format, [call], [step]));
          for (const output of Object.keys(outputs)) {
            for (const buffer of buffersOf(call.values[output])) {
              assertSameBits(right.of(buffer), left.of(buffer), `${title}: ${output}`);
            }
          }
        }
      });
    }

    test(`gemm in ${format.name}: ${both} agree to the bit`, () => {
      for (const [i, n] of [1, 9, 16, 50, 97, 200].entries()) {
        for (const k of [0, 5, 193, 400]) {
          for (const transposeA of [false, true]) {
            const f = i % elementwiseNames.length;
            const factors = { alpha: 0.7, beta: i % 2 ? 0 : 0.3, function: f, bias: true };
            const given = problem(format, { m: 21, n, k, transposeA, transposeB: i % 2 === 0, ...factors, spare: 1 });
            assertSameBits(solve(other, given), solve(one, given), `${n} columns, k = ${k}`);
          }
        }
      }
    });
  }
}
