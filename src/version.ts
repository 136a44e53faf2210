/** What runs here, in a line. Of the library it needs only the place where the addon lies: the command line waits for no more. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { addonAttempts, root } from "./base/addon.js";
import { fromEnvironment } from "./base/environment.js";
import { platformName } from "./base/platform.js";

/** The package's version alone. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  return manifest.version;
}

/**
 * "0.1.0 (addon linux-x64, avx512; Node 20.19.1)": the version is the first word. The addon is what loads here; whether it is of
 * these sources, a question in a clone alone, `heddle doctor` answers.
 */
export function versionText(): string {
  return `${packageVersion()} (${addonText()}; Node ${process.versions.node})`;
}

function addonText(): string {
  for (const { addon } of addonAttempts()) {
    if (addon === null) continue;
    const isas = (addon as { isas(): string[] }).isas();
    const asked = fromEnvironment("isa");
    const isa = asked !== undefined && isas.includes(asked) ? asked : isas[0];
    return `addon ${platformName()}, ${isa}`;
  }
  return `no addon for ${platformName()}`;
}
