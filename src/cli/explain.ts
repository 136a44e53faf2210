/** `heddle explain`: one sample through a trained net, with its numbers. */
import type { Command } from "commander";
import { type Explanation, explain, percent, type SplitName, usageError, type WeightsName } from "../index.js";
import type { Colors } from "./ansi.js";
import { draw } from "./draw.js";
import { short, workedText } from "./explain-worked.js";
import { whileLoading } from "./loading.js";
import {
  addFields,
  givenFlags,
  jsonOption,
  newCommand,
  ofModel,
  resolveOptions,
  splitOption,
  weightsOption,
} from "./options.js";
import { table } from "./table.js";
import { printJson, printText, resultColors } from "./terminal.js";

const keys = ["dataset", "dataDir", "threads", "backend"] as const;

interface ExplainOptions {
  readonly sample: string;
  readonly split?: SplitName;
  readonly weights?: WeightsName;
  readonly kernels?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const summary = "Take one sample through a trained net: forward, loss, backward and update, with its numbers.";
  return addFields(
    newCommand("explain", summary).argument("[RUN|FILE]", "run folder or model file (default: the newest run)"),
    keys,
    ofModel,
  )
    .requiredOption("--sample <N>", "place of the sample in its split, from 0")
    .option("--kernels", "show what kernels whose work is known make of the image: edges, sharpen, blurs")
    .addOption(splitOption("take it from", "train"))
    .addOption(weightsOption())
    .addOption(jsonOption())
    .action((path: string | undefined, options: ExplainOptions, self: Command) => run(path, options, self));
}

async function run(path: string | undefined, options: ExplainOptions, self: Command): Promise<void> {
  if (!/^\d+$/.test(options.sample)) {
    throw usageError({ where: "--sample", expected: "a whole number from 0", got: JSON.stringify(options.sample) });
  }
  const { config } = await resolveOptions(self, keys);
  const dataset = givenFlags(self, keys).dataset === undefined ? undefined : config.dataset;
  const { dataDir, threads, backend } = config;
  const explained = await whileLoading(options, (onEvent) =>
    explain({
      ...(path === undefined ? {} : { path }),
      ...(dataset === undefined ? {} : { dataset }),
      sample: Number(options.sample),
      split: options.split ?? "train",
      weights: options.weights,
      kernels: options.kernels === true,
      ...{ dataDir, threads, backend, onEvent },
    }),
  );
  if (options.json) printJson({ schema: 1, ...explained });
  else printText(explanationText(explained, resultColors(options)));
}

/** Of a tensor's numbers so many stand in a row of text. */
const shown = 6;

function some({ values }: { readonly values: readonly number[] | null }): string {
  if (!values) return "";
  return values.slice(0, shown).map(short).join(" ") + (values.length > shown ? " …" : "");
}

function explanationText(found: Explanation, colors: Colors): string {
  const { classNames, label, predicted, probabilities, logits, loss, layers, backward } = found;
  const dim = (texts: readonly string[]): string[] => texts.map((text) => colors.dim(text));
  const ranked = classNames.map((_, c) => c).sort((a, b) => probabilities[b] - probabilities[a]);
  const classes = ranked.filter((c, rank) => rank < 10 || c === label);
  const parts = [
    `${found.model} on ${found.dataset}, ${found.split} ${found.sample}: ${classNames[label]}, ${
      predicted === label ? "rightly taken for it" : `taken for ${classNames[predicted]}`
    }`,
    ...found.notes,
    "",
    `${colors.bold("Forward.")} Each layer from the output of the one before; the image's bytes first become numbers as the model says.`,
    "",
    table("lllrrrl", [
      dim(["layer", "", "output", "sees", "least", "largest", "values"]),
      ...layers.map(({ name, what, output, receptiveField: { height, width } }) => [
        name,
        what,
        output.shape.join("x"),
        `${height}x${width}`,
        short(output.least),
        short(output.largest),
        some(output),
      ]),
    ]),
    "",
    `${colors.bold("Loss.")} p = exp(z) / sum exp(z); ${found.lossName}: ${loss.toPrecision(6)}${
      found.lossName === "cross-entropy" ? ` = -ln p of ${classNames[label]}` : ""
    }`,
    "",
    table("lrrr", [
      dim(["class", "z", "p", "target t"]),
      ...classes.map((c) => [classNames[c], short(logits[c]), percent(probabilities[c]), c === label ? "1" : "0"]),
    ]),
  ];
  if (backward) parts.push("", ...backwardText(backward, loss, colors));
  const worked = workedText(found);
  if (worked.length > 0) parts.push("", `${colors.bold("Every number.")} ${worked.join("\n")}`);
  if (found.kernels) parts.push("", ...kernelsText(found.kernels, colors));
  return parts.join("\n");
}

function kernelsText({ kernels, curve }: NonNullable<Explanation["kernels"]>, colors: Colors): string[] {
  return [
    `${colors.bold("Kernels.")} What a first layer could learn, on the image's grey of 0 to 1: 0 lies beyond the border.`,
    "",
    ...kernels.flatMap(({ name, summary, rows, factor, output }) => {
      const [height, width] = output.shape;
      const weights = rows.map((row) => row.map((weight) => `${weight}`.padStart(3)).join(""));
      const lines = output.values ? drawn(output.values, height, width) : [];
      const times = factor === 1 ? "" : ` / ${Math.round(1 / factor)}`;
      const size = `${short(output.least)} to ${short(output.largest)}`;
      const beside = [`${colors.bold(name)}: ${summary}`, ...weights, ...(times ? [`  all${times}`] : []), `  ${size}`];
      const columns = Math.max(0, ...lines.map((line) => [...line].length));
      return [
        ...Array.from({ length: Math.max(lines.length, beside.length) }, (_, i) =>
          `${(lines[i] ?? "").padEnd(columns)}  ${beside[i] ?? ""}`.trimEnd(),
        ),
        "",
      ];
    }),
    `A receptive field: the products of a 7x7 curve detector with a part that has its curve sum to ${curve.same}, with one that has not to ${curve.other}.`,
  ];
}

/** By size, whatever the sign: what the kernel answers to. */
function drawn(values: readonly number[], height: number, width: number): string[] {
  const most = Math.max(...values.map(Math.abs), 1e-9);
  const pixels = Uint8Array.from(values, (value) => Math.round((255 * Math.abs(value)) / most));
  return draw({ pixels, shape: { height, width, channels: 1 }, maximum: 255 }, false);
}

function backwardText(
  { optimizer, rate, parameters, lossAfter }: NonNullable<Explanation["backward"]>,
  loss: number,
  colors: Colors,
): string[] {
  return [
    `${colors.bold("Backward and update.")} g = dL/dw of this sample alone, by the chain rule from dL/dz down; the first update of ${optimizer} at rate ${rate} adds the step to w.`,
    "",
    table("llrrrl", [
      ["weights", "shape", "|w|", "|g|", "|step|", "g"].map((text) => colors.dim(text)),
      ...parameters.map(({ name, weights, gradient, step }) => [
        name,
        weights.shape.join("x"),
        short(weights.norm),
        short(gradient.norm),
        short(step.norm),
        some(gradient),
      ]),
    ]),
    "",
    `The loss of this sample is then ${lossAfter.toPrecision(6)}, from ${loss.toPrecision(6)}.`,
  ];
}
