/** The integers that describe a convolution; padding at the bottom and the right follows from the size of the output. */
const geometry =
  "height width channels kernelHeight kernelWidth strideHeight strideWidth padTop padLeft outHeight outWidth filters";

/**
 * The operations a program is made of, as `native/kernels.inc` lists them: name and arguments. In arguments `*` marks a
 * buffer of the arena in elements of the run's number format, `*8` … `*64` one of elements of that many bits, `~` a real
 * number; the rest are integers. The addon's own list must equal this one, or it is refused.
 */
export const operations = {
  gather: "x* ldx images*8 order*32 scale* shift* pixels perImage",
  augment:
    "x* ldx images*8 order*32 scale* shift* workspace* key0 key1 height width channels maximum perImage rotate~ shiftHeight~ shiftWidth~ shear~ zoomHeight~ zoomWidth~ flipHorizontal flipVertical contrast~ brightness~ noise~ crop erase~ fill",
  dense: "x* ldx w* b* y* ldy k n function slope~",
  denseBackward: "dy* lddy wt* dx* lddx y* ldy k n function slope~",
  denseUpdate: "x* ldx dy* lddy w* wt* g* s* t* workspace* k n firstUnit lastUnit optimizer",
  biasUpdate: "dy* lddy b* g* s* t* firstVector lastVector optimizer",
  activation: "x* ldx y* ldy n function slope~",
  activationBackward: "dy* lddy y* ldy dx* lddx n function slope~",
  add: "a* lda b* ldb y* ldy n function slope~",
  maxPool:
    "x* ldx y* ldy winners*8 ldw height width channels windowHeight windowWidth strideHeight strideWidth padTop padLeft outHeight outWidth",
  maxPoolBackward:
    "dy* lddy winners*8 ldw dx* lddx height width channels windowHeight windowWidth strideHeight strideWidth padTop padLeft outHeight outWidth",
  averagePool:
    "x* ldx y* ldy height width channels windowHeight windowWidth strideHeight strideWidth padTop padLeft outHeight outWidth",
  averagePoolBackward:
    "dy* lddy dx* lddx height width channels windowHeight windowWidth strideHeight strideWidth padTop padLeft outHeight outWidth",
  maxout: "x* ldx y* ldy winners*8 ldw pixels channels pieces",
  maxoutBackward: "dy* lddy winners*8 ldw dx* lddx pixels channels pieces",
  dropout: "x* ldx y* ldy order*32 key0 key1 rate~ pixels channels",
  dropoutBackward: "dy* lddy y* ldy dx* lddx order*32 key0 key1 rate~ pixels channels function slope~",
  gaussianNoise: "x* ldx y* ldy order*32 key0 key1 deviation~ pixels channels",
  batchNormMeasure: "x* ldx m*64 pixels channels",
  batchNormMerge: "m*64 groups weight* bias* mean*64 inverse*64 scale* shift* channels epsilon~",
  batchNormFold: "runningMean* runningVariance* weight* bias* scale* shift* channels epsilon~",
  batchNorm: "x* ldx y* ldy scale* shift* pixels channels function slope~",
  batchNormMeasureBackward: "x* ldx dy* lddy mean*64 m*64 pixels channels",
  batchNormMergeBackward: "m*64 groups weight* mean*64 inverse*64 coefficients* channels",
  batchNormBackward: "dy* lddy x* ldx dx* lddx coefficients* pixels channels function slope~",
  batchNormUpdate:
    "m*64 groups inverse*64 weight* bias* weightS* weightT* biasS* biasT* channels firstVector lastVector optimizer",
  batchNormRunning: "m*64 groups runningMean* runningVariance* channels momentum~",
  softmaxCrossEntropy: "z* ldz dz* lddz labels*16 order*32 weights*64 loss*64 correct*64 flag*32 classes smoothing~",
  squaredError: "z* ldz dz* lddz labels*16 order*32 weights*64 loss*64 correct*64 flag*32 classes smoothing~",
  score: "z* ldz p* ldp labels*16 order*32 loss*64 predicted*32 probabilities* classes squared",
  sumLoss: "loss*64 correct*64 totals*64",
  conv: `x* ldx w* b* y* ldy winners*8 ldw ${geometry} function slope~ pool`,
  convBackward: `dy* lddy wt* dx* lddx y* ldy ${geometry} function slope~`,
  convGradient: `x* ldx dy* lddy g* stride ${geometry}`,
  convUpdate: `x* ldx dy* lddy g* stride groups w* wt* u* ut* s* t* workspace* ${geometry} firstUnit lastUnit optimizer`,
  winograd: `x* ldx u* b* y* ldy winners*8 ldw workspace* ${geometry} function slope~ pool`,
  winogradBackward: `dy* lddy ut* dx* lddx y* ldy workspace* ${geometry} function slope~`,
  winogradGradient: `x* ldx dy* lddy g* stride accumulator* accumulatorStride workspace* ${geometry}`,
  winogradUpdate: `x* ldx dy* lddy g* w* u* ut* s* t* workspace* ${geometry} firstUnit lastUnit optimizer`,
  winogradFilters: "w* u* ut* channels filters",
  biasGradient: "dy* lddy g* stride pixels channels",
  vectorUpdate: "g* stride groups b* s* t* firstVector lastVector optimizer",
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
/** A convolution's sizes, as its operations have them. */
export type ConvGeometry = { readonly [W in Words<typeof geometry>]: number };
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

/** One operation of a program, and the layer it is part of: a position in the net. */
export interface ProgramPart {
  readonly operation: OperationName;
  readonly layer: number | null;
}

/** Writes programs: see `Program::load` in `native/program.h` for the form. */
export class ProgramWriter {
  readonly #words: number[];
  /** What has been added, for whom to tell of it. */
  readonly parts: ProgramPart[] = [];

  /** `stepBlock`: where the rank's changing numbers stand (`engine/step.ts`). */
  constructor(elementBytes: 4 | 8, stepBlock: Region) {
    this.#words = [elementBytes, stepBlock.offset];
  }

  /** `layer`: the position in the net of the layer that the operation is part of. */
  add<O extends OperationName>(operation: O, values: OperationArguments<O>, layer: number | null = null): void {
    this.parts.push({ operation, layer });
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

  /** A loop over blocks of samples around what `body` adds; nothing where it adds nothing. */
  blocks(values: Omit<OperationArguments<"blocks">, "count">, body: () => void): void {
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
