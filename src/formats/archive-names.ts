/** Names in archives, which are paths that others wrote. */
import { dataError } from "../base/errors.js";

/**
 * The name as a path below the archive: backslashes (old programs for Windows) are slashes, and leading ones, drives and dots
 * say nothing. Throws `dataError` for a name that leads out.
 */
export function cleanName(name: string, archive: string): string {
  const parts = name.replaceAll("\\", "/").split("/");
  if (parts.includes("..")) {
    const expected = "names that stay inside of the archive";
    throw dataError({ where: archive, expected, got: `${JSON.stringify(name)}, with ..`, fix: "Pack it anew." });
  }
  const isFolder = parts.at(-1) === "" || parts.at(-1) === ".";
  const kept = parts.filter((part, i) => part !== "" && part !== "." && !(i === 0 && /^[A-Za-z]:$/.test(part)));
  return kept.join("/") + (isFolder && kept.length > 0 ? "/" : "");
}
