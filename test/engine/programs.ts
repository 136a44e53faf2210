/** Programs as tests read them. */
import { instructionNames, signature } from "../../src/kernels/ops/index.js";
import { type Region, wordsOf } from "../../src/kernels/signature.js";

export interface Operation {
  readonly name: string;
  readonly buffers: readonly { readonly argument: string; readonly region: Region }[];
  readonly numbers: Readonly<Record<string, number>>;
}

/** A program taken apart by the operations' signatures. */
export function operationsOf(program: Float64Array): Operation[] {
  const list: Operation[] = [];
  for (let at = 2; at < program.length; ) {
    const name = instructionNames[program[at++]];
    const buffers: { argument: string; region: Region }[] = [];
    const numbers: Record<string, number> = {};
    for (const { name: argument, kind } of signature(name).flatMap(wordsOf)) {
      if (kind === "buffer") {
        const [offset, bytes] = [program[at++], program[at++]];
        at++;
        if (offset >= 0) buffers.push({ argument, region: { offset, bytes } });
      } else numbers[argument] = program[at++];
    }
    list.push({ name, buffers, numbers });
  }
  return list;
}
