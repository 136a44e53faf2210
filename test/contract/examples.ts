/**
 * A layer to test: specs made from its own schema, so that a new line in the registry is tested without an edit here.
 * A whole number becomes 4 more than its least, a number the middle of its range, an enum or a boolean each of its values;
 * what may be left out is left out once and given once.
 *
 * Where that is not enough, `special` says more: specs to test besides, or, for a layer that refuses the vector which a
 * dense layer gives, the layers to put below it.
 */
import { z } from "zod";
import type { ImageShape } from "../../src/data/dataset.js";
import type { Layer } from "../../src/nn/layer.js";
import { layers } from "../../src/nn/layers/index.js";
import { type Net, resolveNet } from "../../src/nn/net.js";
import type { LayerSpec } from "../../src/nn/spec.js";

interface Special {
  readonly specs?: readonly LayerSpec[];
  readonly below?: readonly LayerSpec[];
}

const special: Readonly<Record<string, Special>> = {
  // One unit, and one more than two vectors of doubles and one of floats.
  dense: {
    specs: [
      { type: "dense", units: 1 },
      { type: "dense", units: 17 },
    ],
  },
};

export interface Example {
  /** "leaky-relu 0.5": what test names show. */
  readonly title: string;
  readonly layer: Layer;
  readonly spec: LayerSpec;
}

/** The part of JSON Schema that layers use. */
interface ValueSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
}

function valuesOf(schema: ValueSchema, where: string): readonly unknown[] {
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum) return schema.enum;
  if (schema.type === "boolean") return [false, true];
  const low = schema.minimum ?? schema.exclusiveMinimum ?? 0;
  const high = schema.maximum ?? schema.exclusiveMaximum ?? low + 1;
  if (schema.type === "integer") return [Math.min(low + 4, schema.maximum ?? Infinity)];
  if (schema.type === "number") return [(low + high) / 2];
  throw new Error(`${where}: no example follows from its schema; give one in \`special\`, test/contract/examples.ts`);
}

/** Every value of every property appears in one spec at least, beside the first values of the others. */
function specsOf({ type, schema }: Layer): LayerSpec[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" }) as ValueSchema;
  const choices = Object.entries(properties).map(([key, value]) => ({
    key,
    values: valuesOf(value, `${type}.${key}`),
    optional: !required.includes(key),
  }));
  const least = Object.fromEntries(
    choices.filter(({ optional }) => !optional).map(({ key, values }) => [key, values[0]]),
  );
  const specs = [least];
  for (const { key, values, optional } of choices) {
    for (const value of optional ? values : values.slice(1)) specs.push({ ...least, [key]: value });
  }
  return specs as unknown as LayerSpec[];
}

const titleOf = ({ type, ...options }: LayerSpec): string => [type, ...Object.values(options).map(String)].join(" ");

/** Layers whose kernels or whose part of the plan are not there yet. */
const waiting = new Set([
  "conv2d",
  "max-pool",
  "average-pool",
  "global-average-pool",
  "batch-norm",
  "dropout",
  "gaussian-noise",
  "maxout",
  "flatten",
  "residual",
]);
const ready = layers.filter(({ type }) => !waiting.has(type));

export const examples: readonly Example[] = ready.flatMap((layer) =>
  [...specsOf(layer), ...(special[layer.type]?.specs ?? [])].map((spec) => ({ title: titleOf(spec), layer, spec })),
);

const dense = (units: number): LayerSpec => ({ type: "dense", units });

/** The layer between others, as it stands in real nets: its neighbours may do part of its work. */
export function netsWith({ layer, spec }: Example, input: ImageShape, width: number, classes: number): [string, Net][] {
  const below = special[layer.type]?.below ?? [dense(width)];
  const tanh = { type: "tanh" };
  const lists: [string, LayerSpec[]][] = [
    ["between dense layers", [...below, spec, dense(classes)]],
    ["first", [spec, dense(classes)]],
    ["twice", [...below, spec, spec, dense(classes)]],
    ["above an activation", [...below, tanh, spec, dense(classes)]],
    ["below an activation", [...below, spec, tanh, dense(classes)]],
  ];
  const nets = lists.map(([where, layers]): [string, Net] => [where, resolveNet({ input, classes, layers })]);
  // As logits, where it gives a vector of two classes or more.
  const [, { layers: resolved }] = nets[0];
  const { height, width: columns, channels } = resolved[below.length].output;
  if (height * columns === 1 && channels > 1) {
    nets.push(["last", resolveNet({ input, classes: channels, layers: [...below, spec] })]);
  }
  return nets;
}
