/** The operations that programs are made of. Their numbers in programs are their places in this list. */
import { type Argument, type ArgumentsOf, argumentsOf, type InProgram, wordText } from "../signature.js";
import { activation } from "./activation.js";
import { augment } from "./augment.js";
import { batchNorm } from "./batch-norm.js";
import { batchNormUpdate } from "./batch-norm-update.js";
import { conv } from "./conv.js";
import { convGradient } from "./conv-gradient.js";
import { dense } from "./dense.js";
import { denseTiles } from "./dense-tiles.js";
import { flat } from "./flat.js";
import { gather } from "./gather.js";
import { groupedConv } from "./grouped-conv.js";
import { loss } from "./loss.js";
import { maxout } from "./maxout.js";
import { noise } from "./noise.js";
import { orthogonal } from "./orthogonal.js";
import { pool } from "./pool.js";
import { softmax } from "./softmax.js";
import { winograd } from "./winograd.js";
import { winogradFilters } from "./winograd-filters.js";
import { winogradGradient } from "./winograd-gradient.js";

export { changesSignature } from "../changes/index.js";

/** What a kernel or a twin computes. */
export const operations = {
  ...gather,
  ...augment,
  ...dense,
  ...denseTiles,
  ...activation,
  ...pool,
  ...maxout,
  ...noise,
  ...batchNorm,
  ...batchNormUpdate,
  ...loss,
  ...softmax,
  ...conv,
  ...convGradient,
  ...groupedConv,
  ...winograd,
  ...winogradGradient,
  ...winogradFilters,
  ...flat,
  ...orthogonal,
};
export type OperationName = keyof typeof operations;
export const operationNames = Object.keys(operations) as OperationName[];

/** What whoever runs a program does itself, numbered after the operations: `native/program.cc`, `reference/interpreter.ts`. */
export const controls = {
  /** Waits until all ranks have come. */
  barrier: "words*32 ranks spin",
  /** Ends the program where the flag is up: a loss is not finite, and nothing may be updated. */
  halt: "flag*32",
  /**
   * The next `count` operations run once for each block of at most `size` samples: of the groups [firstGroup, lastGroup) in turn,
   * or, where `groups` is 0, of the rank's shard.
   */
  blocks: "firstGroup lastGroup groups size count",
  /**
   * Rows, `rowBytes` each, that every process has made its own of, for the next exchange; `rows` of them, or (0) those of the
   * step's chunk, divided by `pieces` of whole rows among processes.
   */
  offer: "x*32 rowBytes rows pieces",
  /**
   * The next process's part of `x`, words [from, to) of 4 bytes; those of all processes, from the first on, are one offer. Only in
   * the chunk that ends a step.
   */
  part: "x*32 process from to",
  /** Waits until all processes have all that was offered; a flag that is up in one is up in all, and the first stop holds. */
  exchange: "flag*32 stopAfter*32",
} as const;
export type ControlName = keyof typeof controls;

/** All that a program may hold. */
export type InstructionName = OperationName | ControlName;
export const instructionNames: readonly InstructionName[] = [
  ...operationNames,
  ...(Object.keys(controls) as ControlName[]),
];

export type SignatureOf<I extends InstructionName> = I extends OperationName
  ? (typeof operations)[I]["signature"]
  : I extends ControlName
    ? (typeof controls)[I]
    : never;
/** The arguments of one instruction by name, as a program is written. */
export type InstructionArguments<I extends InstructionName> = ArgumentsOf<SignatureOf<I>, InProgram>;

const isControl = (name: InstructionName): name is ControlName => name in controls;
const signatureOf = (name: InstructionName): string => (isControl(name) ? controls[name] : operations[name].signature);

const signatures = new Map(instructionNames.map((name) => [name, argumentsOf(signatureOf(name))]));
/** What an instruction takes, in the order of its signature. */
export const signature = (name: InstructionName): readonly Argument[] => signatures.get(name)!;

/** An instruction's words, from which `native/units.mjs` makes what C++ needs to know of it. */
export const wordsOf = (name: InstructionName): string => wordText(signatureOf(name));

/** Names and words of all instructions, as the addon must have them. */
export const instructionList = (): [name: string, words: string][] =>
  instructionNames.map((name) => [name, wordsOf(name)]);
