/** `heddle explain`: one sample through a trained net, with its numbers. */
import type { Command } from "commander";
import { type Explanation, explain, percent, type SplitName, usageError, type WeightsName } from "../index.js";
import type { Colors } from "./ansi.js";
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
      ...{ dataDir, threads, backend, onEvent },
    }),
  );
  if (options.json) printJson({ schema: 1, ...explained });
  else printText(explanationText(explained, resultColors(options)));
}

/** Of a tensor's numbers so many stand in a row of text. */
const shown = 6;

const short = (value: number): string => {
  if (value === 0) return "0";
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5 ? value.toFixed(4) : value.toExponential(2);
};

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
    table("lllrrl", [
      dim(["layer", "", "output", "least", "largest", "values"]),
      ...layers.map(({ name, what, output }) => [
        name,
        what,
        output.shape.join("x"),
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
  return parts.join("\n");
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
