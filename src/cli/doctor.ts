/** `heddle doctor`: what this machine offers, what Heddle makes of it, and why; of a run, what went wrong in it. */
import type { Command } from "commander";
import {
  bytes,
  chooseThreads,
  cpuFeatures,
  cpuModel,
  datasets,
  examineRun,
  type Finding,
  findMpi,
  type Holding,
  hashesPlainly,
  type MachineSpeed,
  measureMachine,
  nativeStatus,
  readCores,
  readMemory,
  resolveConfig,
  takeInventory,
} from "../index.js";
import type { Colors } from "./ansi.js";
import { whileLoading } from "./loading.js";
import { addFields, jsonOption, newCommand, resolveOptions } from "./options.js";
import { table } from "./table.js";
import { printJson, printText, resultColors } from "./terminal.js";

interface DoctorOptions {
  readonly json?: boolean;
  readonly color: boolean;
}

export function command(): Command {
  const summary = "Look for mistakes in a run; without one, show what this machine offers and what Heddle makes of it.";
  return addFields(newCommand("doctor", summary), keys)
    .argument("[RUN]", "run folder")
    .addOption(jsonOption())
    .action((path: string | undefined, options: DoctorOptions, self: Command) =>
      path === undefined ? run(options) : ofRun(path, options, self),
    );
}

const keys = ["dataDir", "threads", "backend"] as const;

async function ofRun(path: string, options: DoctorOptions, self: Command): Promise<void> {
  const { config } = await resolveOptions(self, keys);
  const { dataDir, threads, backend } = config;
  const findings = await whileLoading({ json: options.json === true }, (onEvent) =>
    examineRun(path, { dataDir, threads, backend, onEvent }),
  );
  if (options.json) printJson({ schema: 1, findings });
  else printText(findingsText(findings, resultColors(options)));
}

/** A paragraph each: what, the evidence, the way out. */
function findingsText(findings: readonly Finding[], colors: Colors): string {
  if (findings.length === 0) return "Nothing found.";
  const paint = { error: colors.red, warning: colors.yellow, note: colors.dim };
  return findings
    .map(({ id, severity, evidence, fix }) =>
      [`${paint[severity](severity)} ${colors.bold(id)}`, `  ${evidence}`, ...(fix === "" ? [] : [`  ${fix}`])].join(
        "\n",
      ),
    )
    .join("\n\n");
}

async function run(options: DoctorOptions): Promise<void> {
  const { config, sources } = await resolveConfig({});
  const speed = await measureMachine(config.backend);
  const report = examine(nativeStatus(), config.dataDir, chooseThreads(config.threads, sources.threads), speed);
  if (options.json) printJson(report);
  else printText(doctorText(report, resultColors(options).dim));
}

type Report = ReturnType<typeof examine>;

function examine(
  native: ReturnType<typeof nativeStatus>,
  dataDir: string | undefined,
  threads: ReturnType<typeof chooseThreads>,
  speed: MachineSpeed,
) {
  return {
    schema: 1,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: cpuModel(),
    features: cpuFeatures(),
    cores: readCores(),
    threads,
    memory: readMemory(),
    native,
    speed,
    mpi: findMpi(),
    dataDir: dataDir ?? null,
    datasets: takeInventory(datasets, dataDir).map(({ name, state, missing }) => ({ name, state, missing })),
    environment: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("HEDDLE_"))),
  };
}

function doctorText(report: Report, dim: (text: string) => string): string {
  const { cores, threads, memory, native, speed } = report;
  const { gflops, memoryBandwidth } = speed;
  const peak = gflops ? `${gflops.f32.toFixed(0)} GFLOP/s in f32, ${gflops.f64.toFixed(0)} in f64; ` : "";
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
    // Without the addon the lines above say why.
    ...(native.available ? [["chosen", speed.reason]] : []),
    ["a core", `${peak}copies memory at ${memoryBandwidth.toFixed(1)} GB/s`],
    [
      "hashes",
      hashesPlainly() ? "BLAKE3 in plain TypeScript: @napi-rs/blake-hash has no binary here" : "BLAKE3, native",
    ],
    ["mpi", mpiText(report.mpi)],
    ["data", dataText(report)],
    ["variables", environment.join(" ") || "none"],
  ];
  return table(
    "ll",
    rows.map(([name, text]) => [dim(name), text]),
  );
}

/** For several machines; one needs none of it. */
function mpiText({ launcher, libraries, sharedMemory, interfaces }: Report["mpi"]): string {
  const how = "for training on several machines install Open MPI or MPICH (Debian: apt install openmpi-bin)";
  if (libraries.length === 0) return `no library found; ${how}`;
  const shared =
    sharedMemory === null
      ? "no /dev/shm"
      : `/dev/shm ${bytes(sharedMemory)}${sharedMemory < 2 ** 30 ? ", less than libraries may want (docker run --shm-size=1g)" : ""}`;
  const ways = interfaces.length === 0 ? "no network interface" : interfaces.join(", ");
  return `${libraries.join(", ")}; ${launcher ?? "no mpirun in the path (Debian: apt install openmpi-bin)"}; ${shared}; ${ways}`;
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
