/** Node in its other versions, which npm has as packages, for tests that run under each. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** The oldest that the package takes, and one of each line that lives. */
export const nodeVersions = ["20.19.6", "22.23.5", "24.22.3", "26.12.1"];

export const nodePackage = `node-${process.platform}-${process.arch}`;

/** The path of that Node below `home`, or null where npm does not give it. */
export function fetchNode(home: string, version: string): string | null {
  const folder = join(home, version);
  mkdirSync(folder, { recursive: true });
  const pack = ["pack", "--silent", `${nodePackage}@${version}`, "--pack-destination", folder];
  const { status, stdout } = spawnSync("npm", pack, { encoding: "utf8" });
  if (status !== 0) return null;
  const unpack = spawnSync("tar", ["xzf", join(folder, stdout.trim()), "-C", folder, "package/bin/node"]);
  const node = join(folder, "package", "bin", "node");
  return unpack.status === 0 && spawnSync(node, ["--version"]).status === 0 ? node : null;
}
