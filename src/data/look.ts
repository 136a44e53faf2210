/** What a place looks like: for errors that name the form to ask for, where another one was asked. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { HeddleError, withHint } from "../base/errors.js";
import { kindOf } from "../base/path-kind.js";
import { shellWord } from "../base/shell-word.js";
import { type FileKind, sniffFile } from "../formats/sniff.js";
import type { DatasetScheme, Look } from "./dataset.js";

/** So many names of a folder tell what it is. */
const looked = 1000;

function lookAt(path: string): Look & { readonly kind: FileKind | null } {
  const isFolder = kindOf(path) === "folder";
  let names: readonly string[] = [];
  try {
    if (isFolder) names = readdirSync(path).slice(0, looked);
  } catch {
    // A folder that may not be read says nothing.
  }
  // A database is a folder of one large file.
  const kind = sniffFile(isFolder ? join(path, "data.mdb") : path);
  return { path, isFolder, names, what: kind?.what ?? "", kind };
}

/** Shells expand ~ at the beginning of a word alone, and nothing between single quotes. */
function unexpandedHint(form: string, path: string): string | null {
  if (kindOf(path) !== "nothing") return null;
  const [, home] = /^~(\/.*)?$/.exec(path) ?? [null, null];
  if (home !== null) return `The shell does not expand ~ within a word: write ${form}:"$HOME"${home ?? ""}.`;
  if (/^~[\w.-]+\//.test(path)) return "The shell does not expand ~ within a word: write the whole path.";
  const [variable] = /\$\{?\w+\}?/.exec(path) ?? [];
  if (variable === undefined) return null;
  return `${variable} came unexpanded: shells leave it as it is between single quotes.`;
}

/** The same error, with what the place looks like where that is not what was asked for. */
export function withLook(error: unknown, asked: DatasetScheme, path: string, forms: readonly DatasetScheme[]): unknown {
  if (!(error instanceof HeddleError) || error.kind !== "data") return error;
  const unexpanded = unexpandedHint(asked.name, path);
  if (unexpanded !== null) return withHint(error, unexpanded);
  const look = lookAt(path);
  if (asked.looksLike?.(look)) return error;
  const fitting = forms.find((form) => form !== asked && form.looksLike?.(look));
  if (fitting)
    return withHint(
      error,
      `This looks like ${look.what || (fitting.name === "folder" ? "folders of images" : fitting.name)}: use ${shellWord(`${fitting.name}:${path}`)}.`,
    );
  const { kind } = look;
  if (!kind || error.message.includes(kind.what)) return error;
  return withHint(error, `It is ${kind.what}. ${kind.wayOut ?? ""}`.trim());
}
