/** Writes programs: see `Program::load` in `native/program.h` for the form. */
import { internalError } from "../base/errors.js";
import { type Elementwise, elementwiseNames } from "./activations/index.js";
import { type InstructionArguments, type InstructionName, instructionNames, signature } from "./ops/index.js";
import { type Argument, type Range, type Region, type Rows } from "./signature.js";

/** One instruction of a program, and the layer it is part of: a position in the net. */
export interface ProgramPart {
  readonly operation: InstructionName;
  readonly layer: number | null;
  /** Its range of work, where it has one: else it goes over the rank's samples. */
  readonly range: Range | null;
  /** Of what is cut in slices, what it makes; null of all else. */
  readonly slice: WorkSlice | null;
}

/** A part of an operation that ranks have divided by what it costs. */
export interface WorkSlice {
  readonly part: number;
  /** What the whole costs, in numbers that compare with those of others of the same phase. */
  readonly whole: number;
  /** Of a product in tiles: the numbers of both factors that the rank reads. */
  readonly reads?: number;
}

type Value = Region | Rows | readonly Region[] | Elementwise | Range | number | null;

const regionWords = (region: Region | null | undefined): number[] =>
  region ? [region.offset, region.bytes, region.rowBytes ?? 0] : [-1, 0, 0];

/** An argument as a program has it. */
function encode({ kind }: Argument, value: Value): readonly number[] {
  switch (kind) {
    case "rows": {
      const rows = value as Rows | null;
      return [...regionWords(rows?.region), rows?.ld ?? 0];
    }
    case "buffer": {
      const buffer = value as Region | Rows | null;
      return regionWords(buffer && "region" in buffer ? buffer.region : buffer);
    }
    case "state": {
      const [s, t, v] = value as readonly Region[];
      return [...regionWords(s), ...regionWords(t), ...regionWords(v)];
    }
    case "activation": {
      const { name, slope } = value as Elementwise;
      return [elementwiseNames.indexOf(name), slope];
    }
    case "range":
      return value as Range;
    default:
      return [value as number];
  }
}

export class ProgramWriter {
  readonly #words: number[];
  /** What has been added, for whom to tell of it. */
  readonly parts: ProgramPart[] = [];

  /** `stepBlock`: where the rank's changing numbers stand (`layout.ts`). */
  constructor(elementBytes: 4 | 8, stepBlock: Region) {
    this.#words = [elementBytes, stepBlock.offset];
  }

  /** `layer`: the position in the net of the layer that the operation is part of. */
  add<I extends InstructionName>(
    operation: I,
    values: InstructionArguments<I>,
    layer: number | null = null,
    slice: WorkSlice | null = null,
  ): void {
    let range: Range | null = null;
    this.#words.push(instructionNames.indexOf(operation));
    for (const argument of signature(operation)) {
      const value = (values as Record<string, Value>)[argument.name];
      if (argument.kind === "range" && argument.name !== "slices") range = value as Range;
      if (value === null && !argument.optional) throw internalError(`${operation} has no ${argument.name}`);
      this.#words.push(...encode(argument, value));
    }
    this.parts.push({ operation, layer, range, slice });
  }

  /** A loop over blocks of samples around what `body` adds; nothing where it adds nothing. */
  blocks(values: Omit<InstructionArguments<"blocks">, "count">, body: () => void): void {
    const start = this.#words.length;
    this.add("blocks", { ...values, count: 0 });
    const [countAt, before] = [this.#words.length - 1, this.parts.length];
    body();
    this.#words[countAt] = this.parts.length - before;
    if (this.#words[countAt] > 0) return;
    this.#words.length = start;
    this.parts.pop();
  }

  finish(): Float64Array {
    return Float64Array.from(this.#words);
  }
}
