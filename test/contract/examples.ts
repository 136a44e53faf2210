/**
 * A layer to test: specs made from its own schema, so that a new line in the registry is tested without an edit here.
 * A whole number becomes 4 more than its least, a number the middle of its range, an enum or a boolean each of its values;
 * what may be left out is left out once and given once.
 *
 * Where that is not enough, `special` says more: specs to test besides, or, for a layer that refuses the vector which a
 * dense layer gives, the layers to put below it.
 */
import { z } from "zod";
import type { ImageShape } from "../../src/base/shape.js";
import type { Layer } from "../../src/nn/layer.js";
import { layers } from "../../src/nn/layers/index.js";
import { type Net, resolveNet } from "../../src/nn/net.js";
import type { FeatureShape, LayerSpec } from "../../src/nn/spec.js";

interface Special {
  /** Specs to test besides those made from the schema; `instead` of them. */
  readonly specs?: readonly LayerSpec[];
  readonly instead?: readonly LayerSpec[];
  /** What stands below it, one list per kind of input that it takes; a dense layer where absent. */
  readonly below?: readonly (readonly LayerSpec[])[];
  /** Neighborhoods that it cannot stand in. */
  readonly never?: readonly string[];
}

const dense = (units: number): LayerSpec => ({ type: "dense", units });
const tanh: LayerSpec = { type: "tanh" };
const conv = (filters: number, kernel: number, more: object = { padding: "same" }): LayerSpec => ({
  type: "conv2d",
  filters,
  kernel,
  ...more,
});
const norm: LayerSpec = { type: "batch-norm", momentum: 0.1, epsilon: 1e-3 };
const map = [conv(3, 2)];
const windows = (type: string): LayerSpec[] => [
  { type, size: 2 },
  { type, size: 2, stride: 1 },
  { type, size: [3, 2], stride: [1, 2] },
];

const special: Readonly<Record<string, Special>> = {
  // One unit, and one more than two vectors of doubles and one of floats.
  dense: { specs: [dense(1), dense(17)] },
  conv2d: {
    instead: [
      conv(3, 3),
      conv(17, 3, { padding: 1, bias: false }),
      conv(2, 1, {}),
      conv(4, 3, { stride: 2, padding: "same" }),
      { type: "conv2d", filters: 2, kernel: [3, 2], stride: [2, 1], padding: [1, 0] },
    ],
    below: [map],
    never: ["last"],
  },
  "grouped-conv2d": {
    instead: [
      { type: "grouped-conv2d", filters: 3, kernel: 3, groups: 3, padding: "same" },
      { type: "grouped-conv2d", filters: 6, kernel: 3, groups: 3, padding: 1, bias: false },
      { type: "grouped-conv2d", filters: 3, kernel: [3, 2], groups: 1, stride: [2, 1], padding: [1, 0] },
    ],
    below: [map],
    never: ["last", "first", "twice"],
  },
  "max-pool": {
    instead: [...windows("max-pool"), { type: "max-pool", size: 3, stride: 2, padding: 1 }],
    below: [map],
    never: ["twice"],
  },
  "average-pool": { instead: windows("average-pool"), below: [map], never: ["twice"] },
  "global-average-pool": { below: [map], never: ["twice"] },
  "batch-norm": { below: [[dense(6)], map] },
  dropout: { below: [[dense(6)], map] },
  "gaussian-noise": { instead: [{ type: "gaussian-noise", deviation: 0.5 }], below: [[dense(6)], map] },
  maxout: {
    instead: [2, 3].map((pieces) => ({ type: "maxout", pieces })),
    below: [[dense(36)], [conv(36, 2)]],
    never: ["first"],
  },
  flatten: { below: [map], never: ["last"] },
  residual: {
    instead: [
      { type: "residual", body: [conv(3, 3), tanh, conv(3, 3)] },
      { type: "residual", body: [conv(3, 3), norm], projection: [conv(3, 1, {}), norm] },
      { type: "residual", body: [{ type: "residual", body: [conv(3, 2)] }, tanh, conv(3, 1, {})] },
    ],
    below: [map],
    never: ["first"],
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

const titleOf = ({ type, ...options }: LayerSpec): string =>
  [type, ...Object.values(options).map((value) => (typeof value === "string" ? value : JSON.stringify(value)))].join(
    " ",
  );

export const examples: readonly Example[] = layers.flatMap((layer) => {
  const { instead, specs = [] } = special[layer.type] ?? {};
  return [...(instead ?? specsOf(layer)), ...specs].map((spec) => ({ title: titleOf(spec), layer, spec }));
});

/** True where the gradient of a minibatch is one chain over its samples, so that cuts cannot show. */
export const oneChain = ({ layers: resolved }: Net): boolean =>
  resolved.every(({ layer, output }) => layer.wholeShard || (output.height * output.width === 1 && !layer.synchronous));
export const synchronous = ({ layers: resolved }: Net): boolean => resolved.some(({ layer }) => layer.synchronous);

/** The layer between others, as it stands in real nets: its neighbors may do part of its work. */
export function netsWith({ layer, spec }: Example, input: ImageShape, width: number, classes: number): [string, Net][] {
  const { below: belows = [[dense(width)]], never = [] } = special[layer.type] ?? {};
  const nets: [string, Net][] = [];
  for (const below of belows) {
    const onMaps = below.some(({ type }) => type === "conv2d");
    const lists: [string, LayerSpec[]][] = [
      ["between layers that learn", [...below, spec]],
      ["first", [spec]],
      ["twice", [...below, spec, spec]],
      ["above an activation", [...below, tanh, spec]],
      ["below an activation", [...below, spec, tanh]],
    ];
    if (onMaps)
      lists.push(["below an activation and a pooling", [...below, spec, tanh, { type: "max-pool", size: [1, 2] }]]);
    for (const [where, list] of lists) {
      const fits = where.endsWith("pooling") ? widthOf(list.slice(0, -1), input) > 1 : true;
      if (fits && !never.includes(where))
        nets.push([`${where}${onMaps ? ", on maps" : ""}`, closed(list, input, classes)]);
    }
  }
  // As logits, where it gives a vector of two classes or more.
  const [, { layers: resolved }] = nets[0];
  const { height, width: columns, channels, map: isMap } = resolved[belows[0].length].output;
  if (height * columns === 1 && channels > 1 && !isMap && !never.includes("last")) {
    nets.push(["last", resolveNet({ input, classes: channels, layers: [...belows[0], spec] })]);
  }
  return nets;
}

/** Ends the list in a dense layer, above a flatten where it gives a map. */
function closed(list: readonly LayerSpec[], input: ImageShape, classes: number): Net {
  const isMap = mapOf(list, input);
  return resolveNet({ input, classes, layers: [...list, ...(isMap ? [{ type: "flatten" }] : []), dense(classes)] });
}

const outputOf = (list: readonly LayerSpec[], input: ImageShape): FeatureShape => {
  const { layers: resolved } = resolveNet({ input, classes: 2, layers: [...list, { type: "flatten" }, dense(2)] });
  return resolved[resolved.length - 3].output;
};
const mapOf = (list: readonly LayerSpec[], input: ImageShape): boolean => {
  const { height, width, map: isMap } = outputOf(list, input);
  return isMap === true || height * width > 1;
};
const widthOf = (list: readonly LayerSpec[], input: ImageShape): number => outputOf(list, input).width;
