/** `heddle pack`: a trained model with the little code that runs and judges it, for a machine with Node alone, or with Python. */
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFor, writeAtomically } from "../../base/atomic-write.js";
import { runError, usageError } from "../../base/errors.js";
import { aText, checkOptions, choice } from "../../base/given.js";
import { bytesOf } from "../../base/numbers.js";
import { kindOf } from "../../base/path-kind.js";
import { platformName, platformOf } from "../../base/platform.js";
import { reasonOf } from "../../base/read-file.js";
import { encodeZip, type ZipFile } from "../../formats/write-zip.js";
import { foldedModel } from "../../inference/fold.js";
import { netOf } from "../../inference/model-net.js";
import { scoringPlan } from "../../inference/on-this-thread.js";
import { openNamedModel } from "../../inference/open-model.js";
import { fileReadingOf, trainedBorder } from "../../inference/reading.js";
import { nativeStatus } from "../../kernels/native.js";
import { instructionList } from "../../kernels/ops/index.js";
import { encodeModel, type ModelFile } from "../../model/model-file.js";
import { elementCount } from "../../nn/net.js";
import { type WeightsName, weightsNames } from "../../run/find-model.js";
import type { Exported } from "../export.js";
import { type Graph, graphOf } from "../graph.js";
import { checkPlace } from "../place.js";
import { fastModule } from "../web/page.js";
import { modulesOf } from "./modules.js";
import { readmeText } from "./readme.js";
import { modelName, type PackedModel, weightsName } from "./runtime/model.js";

export interface PackOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string | undefined;
  /** A folder that is not there yet or is empty, or a file `….zip`. */
  readonly out: string;
  /** Which weights of a run; the best where not given. */
  readonly weights?: WeightsName | undefined;
}

const package_ = new URL("../../../../", import.meta.url);
const runtime = "export/pack/runtime";
const pythonFiles = ["net.py", "predict.py", "judge.py"];

/** Throws HeddleError; nothing is half-written, and what was there is unchanged then. */
export async function packModel(options: PackOptions): Promise<Omit<Exported, "weightBytes">> {
  checkOptions("packModel", options, { path: aText, out: aText, weights: choice(weightsNames) }, ["out"]);
  const { path, out, weights } = options;
  const isZip = /\.zip$/i.test(out);
  if (!isZip) checkFolder(out);
  const trained = openNamedModel(path, weights);
  const file = foldedModel(trained);
  checkPlace(out, file.path);
  const graph = graphOf(file, { preprocessing: true });
  const addons = findAddons();
  const { encodeOnnx } = await import("../onnx/write.js");
  const files = filesOf(file, graph, addons, Buffer.concat(encodeOnnx(graph)), file !== trained);
  if (isZip) writeAtomically(out, encodeZip(files));
  else writeFolder(out, files);
  const lacking = `no addon goes into the pack, which computes by JavaScript: ${nativeStatus().attempts.join("; ")}`;
  const notes = [...file.notes, ...graph.notes, ...(addons.size === 0 ? [lacking] : [])];
  return { path: out, bytes: files.reduce((sum, { bytes }) => sum + bytes.length, 0), notes };
}

function checkFolder(out: string): void {
  const kind = kindOf(out);
  if (kind === "nothing" || (kind === "folder" && readdirSync(out).length === 0)) return;
  const got = kind === "folder" ? "one that holds files" : "something else of that name";
  throw usageError({ where: `--out ${out}`, expected: "a new or empty folder, or a name that ends in .zip", got });
}

/**
 * In a folder beside it, which then takes the name. An empty one that is there stays, for it may be a mount, behind a link, or
 * where the caller stands: what was written in it, in a folder of its own, moves up.
 */
function writeFolder(out: string, files: readonly ZipFile[]): void {
  const isThere = existsSync(out);
  const temporary = temporaryFor(isThere ? join(realpathSync(out), "pack") : resolve(out));
  const moved: string[] = [];
  try {
    mkdirSync(temporary);
    for (const { name, bytes } of files) {
      mkdirSync(dirname(join(temporary, name)), { recursive: true });
      writeFileSync(join(temporary, name), bytes);
    }
    if (!isThere) return renameSync(temporary, out);
    for (const name of readdirSync(temporary)) {
      renameSync(join(temporary, name), join(out, name));
      moved.push(join(out, name));
    }
    rmdirSync(temporary);
  } catch (cause) {
    for (const path of [temporary, ...moved]) rmSync(path, { recursive: true, force: true });
    throw runError({ where: out, expected: "to write this folder", got: reasonOf(cause), cause });
  }
}

/** By system ("linux-x64-musl"): that of this machine, and what the package brings of others. */
function findAddons(): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  const prebuilds = fileURLToPath(new URL("prebuilds", package_));
  const folders = existsSync(prebuilds) ? readdirSync(prebuilds).sort() : [];
  for (const folder of folders) {
    for (const file of readdirSync(join(prebuilds, folder)).sort())
      if (file.endsWith(".node")) found.set(platformOf(folder, file), readFileSync(join(prebuilds, folder, file)));
  }
  const { path } = nativeStatus();
  if (path !== null) found.set(platformName(), readFileSync(path));
  return found;
}

function filesOf(
  file: ModelFile,
  graph: Graph,
  addons: ReadonlyMap<string, Uint8Array>,
  onnx: Uint8Array,
  folded: boolean,
): ZipFile[] {
  const { net, tensors } = netOf(file);
  const weights = Buffer.concat(encodeModel(file.model, net.parameters, tensors));
  const text = (name: string, content: string): ZipFile => ({ name, bytes: Buffer.from(content) });
  const modules = modulesOf(["predict", "judge", "worker"].map((name) => `${runtime}/${name}.js`));
  const python = pythonFiles.map((name) =>
    text(
      `python/${name}`,
      readFileSync(new URL(`src/export/pack/python/${name}`, package_), "utf8").replaceAll("\r\n", "\n"),
    ),
  );
  const parameters = net.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const platforms = [...addons.keys()];
  return [
    text("README.md", readmeText({ model: file.model, parameters, weightsBytes: weights.length, platforms, folded })),
    text("package.json", `${JSON.stringify({ private: true, type: "module", exports: "./index.js" })}\n`),
    text("predict.js", `import "./lib/${runtime}/predict.js";\n`),
    text("judge.js", `import "./lib/${runtime}/judge.js";\n`),
    text("index.js", `export { classesOf, openNet } from "./lib/${runtime}/net.js";\n`),
    text(modelName, JSON.stringify(packedModel(file, graph, createHash("sha256").update(weights).digest("hex")))),
    { name: weightsName, bytes: weights },
    ...[...modules].map(([path, content]) => text(`lib/${path}`, content)),
    { name: "lib/kernels.wasm", bytes: fastModule() },
    ...[...addons].map(([platform, bytes]) => ({ name: `addon/${platform}/heddle.node`, bytes })),
    ...python,
    { name: "python/model.onnx", bytes: onnx },
  ];
}

function packedModel(file: ModelFile, { nodes, tensors }: Graph, sha256: string): PackedModel {
  const net = netOf(file);
  const { classNames, preprocessing } = file.model;
  const { fit = "pad", paper, maximum } = fileReadingOf(file.model);
  const { score, prepare, dtype, pixels, bytes, regions, scoreRows, parameters } = scoringPlan(net, preprocessing);
  const learned = new Set(net.net.parameters.map(({ name }) => name));
  const words = (program: Float64Array): string => Buffer.from(bytesOf(program)).toString("base64");
  return {
    classNames,
    preprocessing,
    fit,
    ...{ paper, maximum },
    usual: trainedBorder(file.model),
    plan: { dtype, pixels, bytes, regions, scoreRows, parameters },
    score: words(score[0]),
    prepare: words(prepare),
    operations: JSON.stringify(instructionList()),
    nodes,
    constants: tensors.flatMap(({ name, shape, data }) =>
      learned.has(name) ? [] : [{ name, shape, data: [...data] }],
    ),
    sha256,
  };
}
