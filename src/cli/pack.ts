/** `heddle pack`: a trained model with what it takes to run and judge it elsewhere. */
import type { Command } from "commander";
import { bytes, packModel, type WeightsName } from "../index.js";
import { newCommand, weightsOption } from "./options.js";
import { noter, printText } from "./terminal.js";

interface PackOptions {
  readonly out: string;
  readonly weights?: WeightsName;
  readonly quiet?: boolean;
}

const help = `
The folder has the weights, predict.js and judge.js, which run with Node alone, their twins in python/ for onnxruntime, and
a README that says how. judge.js prints accuracy and the wall time of one call over all images:

  heddle pack RUN --out net
  node net/judge.js images.npy labels.npy`;

export function command(): Command {
  return newCommand("pack", "Put a trained model and what runs it into one folder, for a machine without Heddle.")
    .argument("[RUN|FILE]", "run folder or model file (default: the newest run)")
    .requiredOption("-o, --out <DIR|FILE.zip>", "a folder that is new or empty, or a zip archive")
    .addOption(weightsOption())
    .addHelpText("after", help)
    .action((path: string | undefined, options: PackOptions) => run(path, options));
}

async function run(path: string | undefined, options: PackOptions): Promise<void> {
  const { out, weights } = options;
  const written = await packModel({ path, out, weights });
  const note = noter(options);
  for (const text of written.notes) note(text);
  note(bytes(written.bytes));
  printText(written.path);
}
