/** What an addon may ask of the systems that it is for: nothing that one of them lacks, and of Node only Node-API 8. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Binary } from "./binary.js";

const require = createRequire(import.meta.url);

export interface Target {
  readonly name: string;
  readonly platform: string;
  readonly machine: string;
}

const mostBytes = 3e6;
const [oldestGlibc, oldestMacOs] = ["2.28", "11.0"];

/** Libraries that every system of a name has, and that Node itself needs. */
const libraries: Readonly<Record<string, RegExp>> = {
  linux: /^(?:lib(?:c|m)\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux-(?:x86-64\.so\.2|aarch64\.so\.1))$/,
  musl: /^libc\.so$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(?:kernel32|api-ms-win-(?:crt|core-synch)-[a-z0-9-]+)\.dll$/i,
};
const formats: Readonly<Record<string, Binary["format"]>> = { linux: "elf", darwin: "mach-o", win32: "pe" };

const numbersOf = (version: string): number[] => version.split(".").map(Number);
function isLater(version: string, than: string): boolean {
  const [a, b] = [numbersOf(version), numbersOf(than)];
  const at = a.findIndex((number, i) => number !== (b[i] ?? 0));
  return at >= 0 && a[at] > (b[at] ?? 0);
}

/** The functions of Node-API up to version 8. */
function nodeApi(): Set<string> {
  const { symbols } = require("node-api-headers") as {
    symbols: Record<string, { js_native_api_symbols: string[]; node_api_symbols: string[] }>;
  };
  const { js_native_api_symbols, node_api_symbols } = symbols.v8;
  return new Set([...js_native_api_symbols, ...node_api_symbols]);
}

/** What is wrong with an addon for a target, a sentence each. `system` has the names that macOS's own libraries export. */
export function faultsOf(target: Target, binary: Binary, bytes: number, system?: ReadonlySet<string>): string[] {
  const faults: string[] = [];
  const isMusl = target.name.endsWith("-musl");
  if (bytes > mostBytes) faults.push(`${bytes} bytes, of at most ${mostBytes}`);
  if (binary.format !== formats[target.platform]) faults.push(`of format ${binary.format}`);
  if (binary.machine !== target.machine) faults.push(`for ${binary.machine}`);
  const allowed = libraries[isMusl ? "musl" : target.platform];
  for (const library of binary.needs) if (!allowed.test(library)) faults.push(`needs the library ${library}`);
  const prefix = binary.format === "mach-o" ? "_" : "";
  const exported = new Set(binary.exports);
  if (!exported.delete(`${prefix}napi_register_module_v1`)) faults.push("Node finds no way in");
  exported.delete(`${prefix}node_api_module_get_api_version_v1`);
  // The linker of Mach-O leaves more to be seen: names of its own, and C++'s operators for memory, which are malloc and free.
  const isHarmless = /^(?:__Z(?:n[wa]|d[la])\w+|__mh_dylib_header|___dso_handle)$/;
  for (const name of exported) if (binary.format !== "mach-o" || !isHarmless.test(name)) faults.push(`exports ${name}`);

  const api = nodeApi();
  for (const symbol of binary.imports) {
    const [name, version] = symbol.slice(prefix.length).split("@");
    const isNodes = /^(?:napi|node_api)_/.test(name);
    if (isNodes && !api.has(name)) faults.push(`needs ${name}, which is no part of Node-API 8`);
    if (version !== undefined && isLater(version.replace(/^[A-Z_]+/, ""), oldestGlibc)) faults.push(`needs ${symbol}`);
    if (version !== undefined && !version.startsWith("GLIBC_")) faults.push(`needs ${symbol}`);
    // What no source defines: linkers leave it to be found when the addon is loaded, as they must for Node's own.
    if (/^_Z/.test(name)) faults.push(`lacks ${name}`);
    if (binary.format === "mach-o" && system && !isNodes && !system.has(symbol)) faults.push(`needs ${symbol}`);
    if (binary.format === "pe" && isNodes) faults.push(`imports ${name} by the name of a file`);
  }
  if (binary.format === "mach-o") {
    if (binary.oldest === null || isLater(binary.oldest, oldestMacOs)) faults.push(`is for macOS ${binary.oldest}`);
    if (binary.machine === "arm64" && !binary.signed) faults.push("is not signed");
  }
  return faults;
}

/** The names that a list of a library's exports has (macOS's .tbd files). */
export const namesOf = (list: string): ReadonlySet<string> =>
  new Set([...readFileSync(list, "utf8").matchAll(/[\w$]+/g)].map(([name]) => name));
