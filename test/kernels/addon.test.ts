/** The addon as Heddle finds it: its list of operations, its choice of kernels, its manners on a thread that is V8's. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { activations, identity } from "../../src/kernels/activations/index.js";
import { nativeStatus } from "../../src/kernels/native.js";
import { instructionList } from "../../src/kernels/ops/index.js";
import { loopNames, optimizers, ruleOf } from "../../src/optim/index.js";
import { loadAddon, nativeBackends } from "./addon.js";
import { blankRows } from "./data.js";
import { call, execute, f32, f64, formats, wholeStep } from "./lab.js";

const addon = loadAddon();
const skip = addon === null && "there is no addon";

test("the addon has the operations of TypeScript, name by name", { skip }, () => {
  assert.deepEqual(addon?.operations(), instructionList());
});

test("the addon has the functions and the optimizers' loops of TypeScript", { skip }, () => {
  assert.deepEqual(
    addon?.functions(),
    activations.map(({ name, kept }) => [name, kept]),
  );
  const rules = optimizers.flatMap(({ examples }) => examples.map(ruleOf));
  const standIns: Readonly<Record<string, number>> = { keep: 1, nothing: 0 };
  const states = loopNames.map((name) => [
    name,
    standIns[name] ?? rules.find(({ loop }) => loop === name)?.state.length,
  ]);
  assert.deepEqual(addon?.optimizers(), states);
});

test("the generic kernels are always there, and come last", { skip }, () => {
  assert.equal(addon?.isas().at(-1), "generic");
});

test("kernels that this CPU lacks, or that nobody has, are refused", { skip }, () => {
  for (const isa of ["", "sse9", "AVX2", "avx512 "]) assert.equal(addon?.choose(isa), false);
  for (const isa of addon?.isas() ?? []) assert.equal(addon?.choose(isa), true);
});

test("wrong arguments are refused, each with its function's name", { skip }, () => {
  const wrong = addon as unknown as Record<string, (...values: unknown[]) => unknown>;
  const calls: [string, unknown[]][] = [
    ["choose", []],
    ["choose", [7]],
    ["address", []],
    ["address", [new ArrayBuffer(8)]],
    ["load", [[4, 0], new Uint8Array(256)]],
    ["load", [new Float32Array(4), new Uint8Array(256)]],
    ["load", [Float64Array.of(4, 0)]],
    ["load", [Float64Array.of(4, 0), new Float64Array(32)]],
    ["load", [Float64Array.of(4, 0), new SharedArrayBuffer(256)]],
    ["unload", []],
    ["unload", [1e6]],
    ["run", []],
    ["run", [99, 0]],
    ["run", ["0", 0]],
    ["sgemm", []],
    ["sgemm", new Array(16).fill(null)],
  ];
  for (const [name, values] of calls) {
    const message = name === "sgemm" ? /^gemm: / : new RegExp(`^${name}: `);
    assert.throws(() => wrong[name](...values), { name: "TypeError", message });
  }
});

for (const backend of nativeBackends()) {
  for (const format of formats) {
    const { name } = format;
    const tiny = name === "f32" ? 2 ** -140 : 2 ** -1060;

    test(`gemm in ${name} keeps denormal numbers (${backend.isa})`, () => {
      const c = format.array(1);
      const [a, b] = [format.array(1).fill(tiny), format.array(1).fill(1)];
      if (format === f32)
        backend.sgemm(
          false,
          false,
          1,
          1,
          1,
          1,
          a as Float32Array,
          1,
          b as Float32Array,
          1,
          0,
          c as Float32Array,
          1,
          null,
          0,
          0,
        );
      else
        backend.dgemm(
          false,
          false,
          1,
          1,
          1,
          1,
          a as Float64Array,
          1,
          b as Float64Array,
          1,
          0,
          c as Float64Array,
          1,
          null,
          0,
          0,
        );
      assert.equal(c[0], tiny);
    });

    test(`a program in ${name} takes denormal numbers for zero, and JavaScript has them after it (${backend.isa})`, () => {
      const x = { numbers: format.array(1).fill(tiny), ld: 1 };
      const [w, y] = [format.array(format.lanes).fill(1), blankRows(format, 1, format.lanes)];
      const values = { x, w, b: null, y, k: 1, n: format.lanes, activation: identity };
      const out = execute(backend, format, [call("dense", values)], [wholeStep(1)]).of(y.numbers);
      assert.ok(out[0] === 0, `${out[0]}`);
      const [smallest, one] = Float64Array.of(Number.MIN_VALUE, 1);
      assert.equal(smallest * one, 5e-324);
      assert.ok(smallest + smallest > smallest);
    });
  }
}

test("programs of both formats live side by side", { skip }, () => {
  for (const backend of nativeBackends()) {
    for (const format of [f64, f32]) {
      const [x, y] = [0, 1].map(() => blankRows(format, 1, format.lanes));
      x.numbers.fill(3);
      const values = { x, y, n: format.lanes, activation: identity };
      const out = execute(backend, format, [call("activation", values)], [wholeStep(1)]);
      assert.deepEqual(out.of(y.numbers), x.numbers);
    }
  }
});

test("the addon loads on every system that Node 20 runs on: glibc 2.28, and no C++ runtime", {
  skip: skip || (process.platform !== "linux" && "other systems have no glibc"),
}, () => {
  const text = readFileSync(nativeStatus().path!, "latin1");
  const needed = [...text.matchAll(/\b(GLIBC|GLIBCXX|CXXABI)_(\d+)\.(\d+)/g)].map(([, of, major, minor]) => ({
    of,
    version: Number(major) * 1000 + Number(minor),
  }));
  const tooNew = needed.filter(({ of, version }) => of !== "GLIBC" || version > 2028);
  assert.deepEqual([...new Set(tooNew.map(({ of, version }) => `${of} ${version}`))], []);
  assert.ok(!text.includes("libstdc++.so"));
});
