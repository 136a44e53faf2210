/** Downloads a published data set from its mirrors: checked against what is published, and never there by half. */

import { mkdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { dataError, type HeddleError, usageError } from "../base/errors.js";
import { aFunction, anObject, aSignal, aText, checkOptions } from "../base/given.js";
import { lockFolder } from "../base/lock.js";
import { settings } from "../config/given.js";
import {
  type DatasetSource,
  folderOf,
  isKnown,
  type KnownFile,
  type Published,
  type PublishedFile,
} from "../data/dataset.js";
import { checkSource } from "../data/given.js";
import { fileOf, unpackedName } from "../formats/files.js";
import { checkFile, difference, digest } from "./check-file.js";
import { download, onDisk, type Patience, sizeOf } from "./download.js";

export interface FetchOptions {
  /** The folder that holds one folder per data set. */
  readonly dataDir: string | undefined;
  /** Address of a folder that holds the files, instead of the public ones. */
  readonly mirror?: string | undefined;
  readonly onEvent?: (event: FetchEvent) => void;
  readonly signal?: AbortSignal;
  readonly patience?: Patience;
}

export type FetchEvent =
  | { readonly kind: "progress"; readonly name: string; readonly received: number; readonly bytes: number }
  | { readonly kind: "note"; readonly text: string };

export interface FetchResult {
  readonly dataset: string;
  readonly folder: string;
  /** The set's files, or the archive of them all. `present`: was there already, and right. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly state: "present" | "fetched" }[];
}

const fetchChecks = {
  ...settings("dataDir"),
  mirror: aText,
  onEvent: aFunction,
  signal: aSignal,
  patience: anObject,
};

const patient: Patience = { idleMs: 30_000, attempts: 5, pauseMs: 1000 };

/**
 * Throws `usageError` for a set that has no files to fetch, for a bad mirror, and while another process fetches it;
 * `dataError` where no mirror gives a file, `runError` where the disk fails, and the signal's reason once it is aborted.
 */
export async function fetchDataset(source: DatasetSource, options: FetchOptions): Promise<FetchResult> {
  checkSource(source, "fetchDataset, data set");
  checkOptions("fetchDataset", options, fetchChecks);
  const { published, mirrors } = whatToFetch(source, options.mirror);
  if (!options.dataDir) {
    const expected = "the folder that holds the data sets' folders (or HEDDLE_DATA_DIR)";
    throw usageError({ where: "--data-dir", expected, got: "nothing" });
  }
  const folder = join(options.dataDir, folderOf(source));
  const result = (files: FetchResult["files"]): FetchResult => ({ dataset: source.name, folder, files });
  const stock = await takeStock(folder, published, options);
  if (stock.every(({ present }) => present)) return result(stock.map(stateOf));
  const made = await onDisk(folder, mkdir(folder, { recursive: true }));
  const lock = lockFolder(folder, "a data set");
  try {
    // Once more: another process may have brought some of them by now.
    const missing = await takeStock(folder, published, {});
    for (const { file, present } of missing) {
      if (!present) await fetchFile(source.name, folder, file, mirrors, options);
    }
    return result(missing.map(stateOf));
  } finally {
    lock.release();
    if (made !== undefined) await removeEmpty(folder, made);
  }
}

/** Takes back folders that were made and hold nothing, from the inner to the outer one. */
async function removeEmpty(inner: string, outer: string): Promise<void> {
  try {
    await rmdir(inner);
    if (resolve(inner) !== resolve(outer)) await removeEmpty(dirname(inner), outer);
  } catch {
    // It holds something.
  }
}

const stateOf = ({ file, present }: Stock): FetchResult["files"][number] => ({
  name: file.name,
  bytes: file.bytes,
  state: present ? "present" : "fetched",
});

function whatToFetch({ name, published }: DatasetSource, mirror: string | undefined) {
  const byHand = "Put its files there by hand (docs/data.md).";
  const known = published && fetchable(published);
  if (!published || !known || known.length === 0) {
    const fix = published ? byHand : "";
    throw usageError({ where: "fetch", expected: "a data set with published files", got: name, fix });
  }
  if (mirror !== undefined && !/^https?:\/\/[^/]/.test(mirror)) {
    const expected = "the address of a folder, http://… or https://…";
    throw usageError({ where: "--mirror", expected, got: JSON.stringify(mirror) });
  }
  const mirrors = mirror === undefined ? published.mirrors : [mirror];
  if (mirrors.length === 0) {
    const fix = `Give an address that has its files with --mirror. ${byHand}`;
    throw usageError({ where: "fetch", expected: "a data set with a public mirror", got: name, fix });
  }
  return { published, mirrors: mirrors.map((address) => address.replace(/\/+$/, "")) };
}

interface Stock {
  readonly file: KnownFile;
  readonly present: boolean;
}

/** What must be there, and what is: all the files, or instead of them the archive. */
async function takeStock(
  folder: string,
  { files, archives = [] }: Published,
  { onEvent = () => {} }: Pick<FetchOptions, "onEvent">,
): Promise<Stock[]> {
  const archive = archives.at(0);
  const look = async (file: PublishedFile, remedy: string) => {
    const path = fileOf(folder, unpackedName(file));
    const { right, text } = path === undefined ? { right: false, text: "" } : await checkFile(path, file);
    if (path !== undefined && !right) onEvent({ kind: "note", text: `${path}: ${text}; ${remedy}` });
    return { file, present: right };
  };
  const anew = "fetching it anew";
  const stock = [];
  for (const file of files)
    stock.push(await look(file, archive ? `delete it: it is read before ${archive.name}` : anew));
  if (archives.length > 0 && !stock.every(({ present }) => present)) {
    const packed = [];
    for (const each of archives) packed.push(await look(each, each === archive ? anew : "it is left alone"));
    stock.splice(0, stock.length, packed.find(({ present }) => present) ?? packed[0]);
  }
  return stock.flatMap(({ file, present }) => (isKnown(file) ? [{ file, present }] : []));
}

/** What can be told to be right once it is here. */
const fetchable = ({ files, archives = [] }: Published): readonly KnownFile[] =>
  (archives.length > 0 ? archives.slice(0, 1) : files).filter(isKnown);

/** One file from the first mirror that gives it, into the folder under its name. */
async function fetchFile(
  set: string,
  folder: string,
  file: KnownFile,
  mirrors: readonly string[],
  options: FetchOptions,
): Promise<void> {
  const reasons: string[] = [];
  for (const mirror of mirrors) {
    const url = `${mirror}/${file.name}`;
    const reason = await fetchFrom(url, join(folder, file.name), file, options);
    if (reason === null) return;
    reasons.push(`${url}: ${reason}`);
    if (mirrors.length > reasons.length) options.onEvent?.({ kind: "note", text: `${url}: ${reason}; next mirror` });
  }
  throw noMirror(set, folder, file, reasons);
}

/** Null once the right file has its name, else why this address did not give it. */
async function fetchFrom(url: string, path: string, file: KnownFile, options: FetchOptions): Promise<string | null> {
  const { onEvent = () => {}, signal, patience = patient } = options;
  const part = `${path}.part`;
  const begun = sizeOf(part);
  onEvent({ kind: "note", text: begun > 0 ? `${url}, on from byte ${begun}` : url });
  const reason = await download({
    url,
    part,
    size: file.bytes,
    patience,
    signal,
    onProgress: (received) => onEvent({ kind: "progress", name: file.name, received, bytes: file.bytes }),
    onRetry: (text) => onEvent({ kind: "note", text: `${url}: ${text}; once more` }),
  });
  if (reason !== null) return reason;
  const found = await digest(part, false);
  if (found.sha256 === file.sha256) {
    await onDisk(path, rename(part, path));
    return null;
  }
  await rm(part);
  if (begun === 0) return difference(found, file);
  // What was there before may have been what is wrong.
  onEvent({ kind: "note", text: `${url}: ${difference(found, file)}; from the beginning` });
  return fetchFrom(url, path, file, options);
}

function noMirror(set: string, folder: string, { name }: PublishedFile, reasons: readonly string[]): HeddleError {
  const proxy = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"].find((variable) => process.env[variable]);
  const ignored = proxy && !process.env.NODE_USE_ENV_PROXY;
  return dataError({
    where: `${set}, ${name}`,
    expected: `the published file from ${reasons.length === 1 ? "its mirror" : `one of ${reasons.length} mirrors`}`,
    got: reasons.join("; "),
    fix:
      `Without a connection, put the file into ${folder} by hand (docs/data.md); --mirror URL names another source.` +
      (ignored ? ` Node takes no notice of ${proxy} unless NODE_USE_ENV_PROXY=1 is set, from Node 24 on.` : ""),
  });
}
