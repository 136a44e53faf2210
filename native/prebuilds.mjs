/**
 * `npm run build:prebuilds [-- TARGET…]`: the addon for every target of targets.mjs, or for those named, into prebuilds/. One
 * pinned compiler makes them all, on any machine the same bytes, and compiles only what changed.
 */
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addonJobs, linkAddon, linkFlags, progress } from "./build.mjs";
import { Objects } from "./compile.mjs";
import { targets } from "./targets.mjs";
import { crossCompiler, installToolchain } from "./toolchain.mjs";

const native = dirname(fileURLToPath(import.meta.url));
/** Where the package has a target's addon. */
export const prebuildOf = ({ path }) => join(dirname(native), "prebuilds", path);

/** How one is built, in `folder` below native/. */
export function buildOf(target, folder = join("build", "targets", target.name)) {
  const { platform, machine } = target;
  const compiler = crossCompiler(target);
  const objects = new Objects(native, compiler);
  const jobs = addonJobs(objects, { platform, machine, folder });
  const inputs = jobs.map((job) => job.output);
  // Windows' files have the time of their making in them, unless the linker puts a hash there.
  const own = ["-Wl,-s", ...(platform === "win32" ? ["-Wl,-Brepro"] : [])];
  const link = { output: join(folder, "heddle.node"), command: [...linkFlags(platform), ...own, ...inputs] };
  return { compiler, objects, jobs, inputs, link };
}

/** Builds one, and returns its path. */
export async function buildTarget(target, { folder, onStart } = {}) {
  installToolchain();
  const { compiler, objects, jobs, inputs, link } = buildOf(target, folder);
  await objects.compile(jobs, onStart);
  await linkAddon(compiler, objects, link, inputs);
  return join(native, link.output);
}

/** Whether the package's addon for a target was made from the sources as they are. */
export function isCurrentPrebuild(target) {
  const path = prebuildOf(target);
  if (!existsSync(path)) return false;
  const { objects, jobs, link } = buildOf(target);
  return (
    jobs.every((job) => objects.isCurrent(job)) &&
    objects.isCurrent(link) &&
    readFileSync(join(native, link.output)).equals(readFileSync(path))
  );
}

async function buildPrebuild(target) {
  const { onStart, end } = progress();
  const to = prebuildOf(target);
  try {
    const path = await buildTarget(target, { onStart });
    end();
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(path, to);
    process.stderr.write(`${target.name}: ${(statSync(to).size / 1e6).toFixed(2)} MB\n`);
  } catch (error) {
    end();
    rmSync(to, { force: true });
    process.stderr.write(`${target.name} was not built: ${error.message}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !targets.some((target) => target.name === name));
  if (unknown.length > 0) {
    process.stderr.write(`${unknown.join(", ")}: expected ${targets.map(({ name }) => name).join(", ")}\n`);
    process.exit(2);
  }
  for (const target of targets) if (names.length === 0 || names.includes(target.name)) await buildPrebuild(target);
}
