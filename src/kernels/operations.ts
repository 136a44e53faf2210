/**
 * The operations a program is made of, as `native/kernels.inc` lists them: name and arguments. In arguments `*` marks a
 * buffer of the arena in elements of the run's number format, `*8` … `*64` one of elements of that many bits, `~` a real
 * number; the rest are integers. The addon's own list must equal this one, or it is refused.
 */
export const operations = {
  gather: "x* ldx images*8 order*32 scale* shift* pixels perImage",
  dense: "x* ldx w* b* y* ldy k n function slope~",
  denseBackward: "dy* lddy wt* dx* lddx y* ldy k n function slope~",
  denseUpdate: "x* ldx dy* lddy w* wt* g* s* t* workspace* k n firstUnit lastUnit optimizer",
  biasUpdate: "dy* lddy b* g* s* t* firstVector lastVector optimizer",
  activation: "x* ldx y* ldy n function slope~",
  activationBackward: "dy* lddy y* ldy dx* lddx n function slope~",
  softmaxCrossEntropy: "z* ldz dz* lddz labels*16 order*32 weights*64 loss*64 correct*64 flag*32 classes smoothing~",
  squaredError: "z* ldz dz* lddz labels*16 order*32 weights*64 loss*64 correct*64 flag*32 classes smoothing~",
  score: "z* ldz p* ldp labels*16 order*32 loss*64 predicted*32 probabilities* classes squared",
  sumLoss: "loss*64 correct*64 totals*64",
  barrier: "words*32 ranks spin",
  halt: "flag*32",
  blocks: "firstGroup lastGroup groups size count",
} as const;

export type OperationName = keyof typeof operations;
export const operationNames = Object.keys(operations) as OperationName[];

/** A stretch of the arena: byte offset and length. Null stands for a buffer that is absent. */
export interface Region {
  readonly offset: number;
  readonly bytes: number;
  /** Bytes from one sample's row to the next, where a loop over blocks of samples moves along. */
  readonly rowBytes?: number;
}

type Words<S extends string> = S extends `${infer Head} ${infer Tail}` ? Head | Words<Tail> : S;
type ArgumentName<W extends string> = W extends `${infer N}*${string}` ? N : W extends `${infer N}~` ? N : W;
type ArgumentValue<W extends string> = W extends `${string}*${string}` ? Region | null : number;
/** The arguments of one operation by name, derived from its signature. */
export type OperationArguments<O extends OperationName> = {
  readonly [W in Words<(typeof operations)[O]> as ArgumentName<W>]: ArgumentValue<W>;
};

export interface Argument {
  readonly name: string;
  readonly kind: "buffer" | "integer" | "real";
  /** Bits of a buffer's elements; 0 for the run's number format. */
  readonly bits: number;
}

/** The arguments of an operation in the order of its signature. */
export function signature(operation: OperationName): readonly Argument[] {
  return operations[operation].split(" ").map((word) => {
    const [name, bits] = word.split("*");
    if (bits !== undefined) return { name, kind: "buffer", bits: Number(bits || 0) };
    return word.endsWith("~")
      ? { name: word.slice(0, -1), kind: "real", bits: 0 }
      : { name: word, kind: "integer", bits: 0 };
  });
}

const signatures = new Map(operationNames.map((name) => [name, signature(name)]));

/** Writes programs: see `Program::load` in `native/program.h` for the form. */
export class ProgramWriter {
  readonly #words: number[];

  /** `stepBlock`: where the rank's changing numbers stand (`engine/step.ts`). */
  constructor(elementBytes: 4 | 8, stepBlock: Region) {
    this.#words = [elementBytes, stepBlock.offset];
  }

  add<O extends OperationName>(operation: O, values: OperationArguments<O>): void {
    this.#words.push(operationNames.indexOf(operation));
    for (const { name, kind } of signatures.get(operation) ?? []) {
      const value = (values as Record<string, Region | number | null>)[name];
      if (kind === "buffer") {
        const region = value as Region | null;
        this.#words.push(region ? region.offset : -1, region ? region.bytes : 0, region?.rowBytes ?? 0);
      } else {
        this.#words.push(value as number);
      }
    }
  }

  finish(): Float64Array {
    return Float64Array.from(this.#words);
  }
}

/** Elementwise functions in the order of `Function` in `native/op.h`. */
export const elementwiseNames = ["identity", "relu", "leaky-relu", "tanh", "sigmoid"] as const;
export type ElementwiseName = (typeof elementwiseNames)[number];

/** An elementwise function y = f(x) that kernels know by name; f' follows from y. */
export interface Elementwise {
  readonly name: ElementwiseName;
  /** Slope for x < 0 of leaky-relu; 0 for the others. */
  readonly slope: number;
}

export const identity: Elementwise = { name: "identity", slope: 0 };
