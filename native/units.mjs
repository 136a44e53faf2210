/**
 * What the addon is compiled from. The kernels follow from the operations of `src/kernels/ops`: the kernel of `maxPool` is the
 * function `max_pool` of the header that the operation names, its arguments a struct MaxPoolArguments. A unit is such a
 * header (or one of shared.inc) for one instruction set: a .cc file of a few lines, written here, that includes the header
 * and instantiates its kernels for float and double. A further one per instruction set is the table of its kernels.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const native = fileURLToPath(new URL(".", import.meta.url));

const list = new URL("../dist/src/kernels/ops/index.js", import.meta.url);
if (!existsSync(list)) throw new Error("the list of operations is not compiled; `npm run build` does it");
const { changesSignature, controls, operations, wordsOf } = await import(list);

const snakeCase = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** Of each operation, in their order: the function that computes it, the header it is in, the struct of its arguments. */
const kernels = Object.entries(operations).map(([name, { native: header }]) => ({
  name,
  function: snakeCase(name),
  header,
  arguments: `${name[0].toUpperCase()}${name.slice(1)}Arguments`,
  words: wordsOf(name),
}));

/** The fields of the lines `NAME(field, …)` of a list. A field is text in quotes, a word, or words with parentheses. */
function linesOf(file, name) {
  const text = readFileSync(join(native, file), "utf8").replace(/^\s*(?:\/\/|#).*$/gm, "");
  const calls = text.matchAll(new RegExp(`${name}\\(((?:"[^"]*"|\\([^()]*\\)|[^()"])*)\\)`, "g"));
  return [...calls].map(([, fields]) =>
    [...fields.matchAll(/((?:"[^"]*"|\([^()]*\)|[^,"()])*)(?:,|$)/g)]
      .slice(0, -1)
      .map(([, field]) => field.trim().replace(/^"([^"]*)"$/, "$1")),
  );
}

/** The instruction sets of a machine ("x64", "arm64", …), best first: name and the compiler's flags. */
export function instructionSets(machine = process.arch) {
  return linesOf("isa/isas.inc", "HEDDLE_ISA")
    .map(([name, of, , flags]) => ({ name, machine: of, flags: flags.split(" ") }))
    .filter((isa) => isa.machine === machine || isa.machine === "any");
}

/** The kernels of an instruction set, with the function that computes each and the header that one is in. */
export function kernelsOf(isa) {
  const own = new Map(
    linesOf("isa/own.inc", "HEDDLE_OWN")
      .filter(([of]) => of === isa)
      .map(([, kernel, body, header]) => [kernel, { body, header }]),
  );
  const unknown = [...own.keys()].filter((name) => !kernels.some((kernel) => kernel.function === name));
  if (unknown.length > 0) throw new Error(`isa/own.inc: no operation has the kernel ${unknown.join(", ")}`);
  return kernels.map((kernel) => ({ ...kernel, body: kernel.function, ...own.get(kernel.function) }));
}

/** Fields of a struct for the numbers of a signature. */
const fieldsOf = (signature) =>
  signature
    .split(" ")
    .map((word) => `${word.endsWith("~") ? "double" : "int64_t"} ${snakeCase(word.replace("~", ""))};\n`)
    .join("");

/** The functions of Node-API that the sources call. */
function nodeApiCalls() {
  const files = readdirSync(native).filter((file) => /\.(?:cc|h)$/.test(file));
  const calls = files.flatMap(
    (file) => readFileSync(join(native, file), "utf8").match(/\bnapi_[a-z0-9_]+(?=\()/g) ?? [],
  );
  return [...new Set(calls)].sort();
}

/** The headers that follow from lists, to be written where `#include "generated/…"` finds them. */
export function generatedHeaders() {
  const includes = (file, name) =>
    linesOf(file, name)
      .map((fields) => `#include "${fields.at(-1)}"\n`)
      .join("");
  const kernelLines = kernels.map(
    (kernel) => `HEDDLE_KERNEL("${kernel.name}", ${kernel.function}, "${kernel.words}")\n`,
  );
  const controlLines = Object.keys(controls).map((name) => `HEDDLE_CONTROL("${name}", ${name}, "${wordsOf(name)}")\n`);
  return {
    "generated/kernels.inc": kernelLines.join(""),
    "generated/controls.inc": controlLines.join(""),
    "generated/node_api.inc": nodeApiCalls()
      .map((name) => `HEDDLE_NODE_API(${name})\n`)
      .join(""),
    "generated/augment_numbers.inc": fieldsOf(changesSignature),
    "generated/changes.h": `#pragma once\n${includes("augment/changes.inc", "HEDDLE_CHANGE")}`,
    "generated/functions.h": `#pragma once\n${includes("activation/functions.inc", "HEDDLE_FUNCTION")}`,
    "generated/optimizers.h": `#pragma once\n${includes("optimizer/optimizers.inc", "HEDDLE_OPTIMIZER")}`,
  };
}

/** What every unit of an instruction set includes first: the kernels' namespace and its registers. */
export function prefixOf(isa) {
  return `#define HEDDLE_ISA_NAMESPACE ${isa}\n#include "simd/vec.h"\n`;
}

function unit(isa, header, own) {
  const instances = own.flatMap((kernel) => [
    `static_assert(sizeof(${kernel.arguments}<float>) == ${kernel.words.split(" ").length} * sizeof(Word), "${kernel.words}");\n`,
    `template void ${kernel.body}<float>(const Word*, const Step&);\n`,
    `template void ${kernel.body}<double>(const Word*, const Step&);\n`,
  ]);
  return `#include "${header}"

namespace heddle::${isa} {
${instances.join("")}}
`;
}

function table(isa, all) {
  const declared = [...new Set(all.map(({ body }) => `template <class T> void ${body}(const Word*, const Step&);\n`))];
  const entries = (type) => all.map(({ body }) => `    ${isa}::${body}<${type}>,\n`).join("");
  return `#include "kernels.h"

namespace heddle::${isa} {
${declared.join("")}template <class T> void gemm(const GemmArguments<T>&);
template <class T> double fma_peak(int64_t);
}

namespace heddle {
extern const KernelTable table_${isa} = {
  "${isa}",
  {
${entries("float")}  },
  {
${entries("double")}  },
  ${isa}::gemm<float>,
  ${isa}::gemm<double>,
  ${isa}::fma_peak<float>,
  ${isa}::fma_peak<double>,
};
}
`;
}

/** The units of an instruction set by name, the text of each. */
export function unitsOf(isa) {
  const all = kernelsOf(isa);
  const headers = new Map(linesOf("shared.inc", "HEDDLE_SHARED").map(([header]) => [header, []]));
  for (const kernel of all) headers.set(kernel.header, [...(headers.get(kernel.header) ?? []), kernel]);
  const units = [...headers].map(([header, own]) => [
    header.replace(/\.h$/, "").replaceAll("/", "-"),
    unit(isa, header, own),
  ]);
  return new Map([...units, ["table", table(isa, all)]]);
}
