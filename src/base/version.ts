/** Heddle's own version. */
import { readFileSync } from "node:fs";

/** As `package.json` has it; "unknown" where a bundler has left that behind. */
export function version(): string {
  try {
    const path = new URL("../../../package.json", import.meta.url);
    return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
  } catch {
    return "unknown";
  }
}
