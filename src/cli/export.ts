/** `heddle export`: a trained model for other programs. */
import { type Command, Option } from "commander";
import { bytes, exportFormats, exportModel, type WeightsName } from "../index.js";
import { newCommand, weightsOption } from "./options.js";
import { noter, printText } from "./terminal.js";

interface ExportOptions {
  readonly to: string;
  readonly out: string;
  readonly weights?: WeightsName;
  readonly preprocessing: boolean;
  readonly quiet?: boolean;
}

export function command(): Command {
  const to = new Option("--to <FORMAT>", "format of the file").makeOptionMandatory();
  // For help and completion; the library says what is wrong with another.
  to.argChoices = exportFormats.map(({ name }) => name);
  const formats = exportFormats.map(({ name, summary }) => `  ${name.padEnd(6)} ${summary}`).join("\n");
  return newCommand("export", "Write a trained model as a file that other programs run.")
    .argument("[RUN|FILE]", "run folder or model file (default: the newest run)")
    .addOption(to)
    .requiredOption("-o, --out <FILE>", "the file to write")
    .addOption(weightsOption())
    .option("--no-preprocessing", "leave the preprocessing out: prepared numbers go in, not pixel values")
    .addHelpText(
      "after",
      `\nFormats (--to):\n${formats}\n\nmodel.safetensors in the run folder is a format too: PyTorch reads it as it is.`,
    )
    .action((path: string | undefined, options: ExportOptions) => run(path, options));
}

async function run(path: string | undefined, options: ExportOptions): Promise<void> {
  const { to, out, weights, preprocessing } = options;
  const written = await exportModel({ path, to, out, weights, preprocessing });
  const note = noter(options);
  for (const text of written.notes) note(text);
  const rest = written.bytes - written.weightBytes;
  note(`${bytes(written.bytes)}: ${bytes(written.weightBytes)} of weights, ${bytes(rest)} of all else`);
  printText(written.path);
}
