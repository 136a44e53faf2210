/** `heddle serve`: a trained model behind HTTP. */
import type { Command } from "commander";
import { serve, usageError, type WeightsName } from "../index.js";
import { addFields, newCommand, resolveOptions, weightsOption } from "./options.js";
import { withSignals } from "./signals.js";
import { noter, printText } from "./terminal.js";

const keys = ["maxMegapixels", "backend"] as const;

interface ServeOptions {
  readonly port: string;
  readonly host?: string;
  readonly allowHost: readonly string[];
  readonly weights?: WeightsName;
  readonly quiet?: boolean;
}

export function command(): Command {
  const more = (name: string, before: readonly string[]): string[] => [...before, name];
  return addFields(newCommand("serve", "Serve a trained model over HTTP, on one thread."), keys, {
    maxMegapixels: "most million pixels of an image file (default: 8)",
  })
    .argument("[RUN|FILE]", "run folder or model file (default: the newest run)")
    .option("--port <N>", "port to listen on; 0 takes a free one", "8080")
    .option("--host <H>", "address to listen on; 0.0.0.0 for the whole network (default: 127.0.0.1)")
    .option("--allow-host <NAME>", "serve under this name too, for proxies; may be given several times", more, [])
    .addOption(weightsOption())
    .addHelpText("after", help)
    .action((path: string | undefined, options: ServeOptions, self: Command) => run(path, options, self));
}

const help = `
Paths:
  GET /           a page to draw on, or to choose a photo in
  POST /predict   a PNG or JPEG file, or JSON: {"images": [[…]]}, flat lists of raw pixel values, channels last
                  ?prepare=mnist makes a drawn or photographed digit what MNIST's are
  GET /health     200, or 503 once it stops
  GET /metrics    counts and times in Prometheus' text format

curl --data-binary @digit.png http://127.0.0.1:8080/predict`;

async function run(path: string | undefined, options: ServeOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const { host, allowHost: allowHosts, weights } = options;
  const port = portOf(options.port);
  const { maxMegapixels, backend } = config;
  await withSignals(
    async (signal) => {
      const server = await serve({ path, port, host, allowHosts, weights, maxMegapixels, backend });
      const note = noter(options);
      for (const text of server.notes) note(text);
      printText(server.url);
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener("abort", () => resolve());
      });
      await server.stop();
    },
    { ending: () => "answering what is under way" },
  );
}

function portOf(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw usageError({ where: "--port", expected: "a number 0..65535", got: JSON.stringify(text) });
}
