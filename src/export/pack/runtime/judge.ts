/**
 * `node judge.js`: accuracy as exact matches, and the wall time of one call over all images. What comes before that call
 * (reading, loading, a first call that warms up) is outside of its time and stands beside it.
 */
import { dataError, usageError } from "../../../base/errors.js";
import { print, readArguments, runCommand, say, threadsOf } from "./command.js";
import { isFolder, readClassFolders, readImages, readLabels } from "./files.js";
import { readPack } from "./model.js";
import { packFolder } from "./net.js";
import { openThreads, shared } from "./threads.js";

const usage =
  "node judge.js [--threads N] [--json] IMAGES LABELS (.npy or IDX), or a folder of class folders of PNG files";
/** Images of the first call. */
const warmUp = 512;

await runCommand(async () => {
  const { paths, flags } = readArguments(usage, { threads: "string", json: "boolean" });
  const { model } = readPack(packFolder);
  const given = await samples(paths);
  const images = shared(given.images.length);
  images.set(given.images);

  const threads = threadsOf(flags["threads"]);
  const loading = performance.now();
  const net = await openThreads(packFolder, threads, model.plan.pixels);
  if (net.note !== null) say(net.note);
  const warming = performance.now();
  await net.classes(images.subarray(0, warmUp * model.plan.pixels));
  const start = performance.now();
  const classes = await net.classes(images);
  const seconds = (performance.now() - start) / 1000;
  await net.close();

  const count = classes.length;
  const errors = classes.reduce((sum, label, i) => sum + (label === given.labels[i] ? 0 : 1), 0);
  const accuracy = (count - errors) / count;
  const [loadSeconds, warmSeconds] = [(warming - loading) / 1000, (start - warming) / 1000];
  if (flags["json"]) {
    const document = { images: count, accuracy, errors, seconds, loadSeconds, warmUpSeconds: warmSeconds };
    print(JSON.stringify({ ...document, backend: net.backend, threads }));
    return;
  }
  print(
    [
      `accuracy         ${accuracy.toFixed(4)} (${count - errors} of ${count})`,
      `prediction time  ${seconds.toPrecision(3)} s, one call over all images (${Math.round(count / seconds)} images/s)`,
      `outside of it    loading ${loadSeconds.toPrecision(2)} s, warm-up ${warmSeconds.toPrecision(2)} s`,
      `computed by      ${net.backend}, ${threads} thread${threads === 1 ? "" : "s"}`,
    ].join("\n"),
  );

  async function samples(paths: readonly string[]): Promise<{ images: Uint8Array; labels: Uint16Array }> {
    if (paths.length === 1 && isFolder(paths[0])) return readClassFolders(paths[0], model);
    if (paths.length !== 2) throw usageError({ where: "the command", expected: usage, got: `${paths.length} paths` });
    const read = await readImages(paths[0], model);
    if (read.length === 0) throw dataError({ where: paths[0], expected: "at least one image", got: "none" });
    return { images: read, labels: await readLabels(paths[1], model, read.length / model.plan.pixels) };
  }
});
