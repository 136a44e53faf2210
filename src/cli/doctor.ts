/** `heddle doctor`: what this machine offers, what Heddle makes of it, and why. */
import type { Command } from "commander";
import { resolveConfig } from "../config/resolve.js";
import { datasets } from "../data/index.js";
import { type Holding, takeInventory } from "../data/tools/inventory.js";
import type { nativeStatus } from "../kernels/native.js";
import { bytes } from "../progress/format.js";
import { chooseThreads, cpuFeatures, cpuModel, readCores, readMemory } from "../system.js";
import { jsonOption, newCommand } from "./options.js";
import { table } from "./table.js";
import { printJson, printText, resultColors } from "./terminal.js";

interface DoctorOptions {
  readonly json?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  return newCommand("doctor", "Show what this machine offers and what Heddle makes of it.")
    .addOption(jsonOption())
    .action((options: DoctorOptions) => run(options));
}

async function run(options: DoctorOptions): Promise<void> {
  const { config, sources } = await resolveConfig({});
  const { nativeStatus } = await import("../kernels/native.js");
  const report = examine(nativeStatus(), config.dataDir, chooseThreads(config.threads, sources.threads));
  if (options.json) printJson(report);
  else printText(doctorText(report, resultColors(options).dim));
}

type Report = ReturnType<typeof examine>;

function examine(
  native: ReturnType<typeof nativeStatus>,
  dataDir: string | undefined,
  threads: ReturnType<typeof chooseThreads>,
) {
  return {
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpuModel(),
    features: cpuFeatures(),
    cores: readCores(),
    threads,
    memory: readMemory(),
    native,
    dataDir: dataDir ?? null,
    datasets: takeInventory(datasets, dataDir).map(({ name, state, missing }) => ({ name, state, missing })),
    environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("HEDDLE_"))),
  };
}

function doctorText(report: Report, dim: (text: string) => string): string {
  const { cores, threads, memory, native } = report;
  const quota = cores.quota === null ? "no cgroup quota" : `cgroup quota of ${cores.quota.toFixed(2)} cores`;
  const limit = memory.limit === null ? "" : `, cgroup limit ${bytes(memory.limit)}`;
  const kernels = native.available
    ? [
        ["back end", `native, ${native.isa} (this CPU has ${native.isas.join(", ")})`],
        ["addon", native.path ?? "unknown"],
      ]
    : [
        ["back end", "reference: plain TypeScript, many times slower"],
        ["addon", "not found; npm run build:native builds it"],
        ...native.attempts.map((attempt) => ["", attempt]),
      ];
  const environment = Object.entries(report.environment).map(([name, value]) => `${name}=${value}`);
  const rows = [
    ["node", `${report.node} on ${report.platform}`],
    ["cpu", report.cpu],
    ["features", report.features.join(" ") || "unknown"],
    ["cores", `${cores.mask} in the affinity mask, ${quota}`],
    ["threads", `${threads.threads} (${threads.reason})${threads.note ? `. ${threads.note}` : ""}`],
    ["memory", `${bytes(memory.available)} available of ${bytes(memory.total)}${limit}`],
    ...kernels,
    ["data", dataText(report)],
    ["variables", environment.join(" ") || "none"],
  ];
  return table(
    "ll",
    rows.map(([name, text]) => [dim(name), text]),
  );
}

/** Only sets that can be trained on, and what keeps one that is nearly there from it. */
function dataText({ dataDir, datasets }: Report): string {
  const embedded = namesIn(datasets, "embedded");
  if (dataDir === null) return `embedded: ${embedded} (set HEDDLE_DATA_DIR for others)`;
  const incomplete = datasets
    .filter(({ state }) => state === "incomplete")
    .map(({ name, missing }) => `${name} lacks ${missing.join(", ")}`);
  const parts = [`${dataDir}: ${namesIn(datasets, "complete") || "no data set"}`, ...incomplete];
  return `${parts.join("; ")}; embedded: ${embedded}`;
}

const namesIn = (datasets: Report["datasets"], state: Holding["state"]): string =>
  datasets
    .filter((dataset) => dataset.state === state)
    .map(({ name }) => name)
    .join(", ");
