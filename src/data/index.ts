/** The data sets and schemes, one line each; help, `heddle data` and the contract tests follow this list. */

import { didYouMean, usageError } from "../base/errors.js";
import { aText } from "../base/given.js";
import { isFile, isFolder } from "../base/path-kind.js";
import { kebab } from "../base/schema-words.js";
import { bugnist2d } from "./bugnist2d.js";
import { cifar10 } from "./cifar-10.js";
import { cifar100 } from "./cifar-100.js";
import { csv } from "./csv.js";
import type { DataSetting, DatasetScheme, DatasetSource, LoadOptions } from "./dataset.js";
import { digits } from "./digits.js";
import { emnist } from "./emnist.js";
import { fashionMnist } from "./fashion-mnist.js";
import { folder } from "./folder.js";
import { idx } from "./idx.js";
import { kmnist } from "./kmnist.js";
import { labels } from "./labels.js";
import { mnist } from "./mnist.js";
import { npz } from "./npz.js";
import { ownDefaults } from "./own.js";
import { parquet } from "./parquet.js";
import { pickle } from "./pickle.js";
import { qmnist } from "./qmnist.js";
import { syntheticDigits, syntheticDigits28 } from "./synthetic.js";
import { tar } from "./tar.js";
import { targets } from "./targets.js";
import { zip } from "./zip.js";

export const datasets: readonly DatasetSource[] = [
  syntheticDigits,
  syntheticDigits28,
  digits,
  mnist,
  fashionMnist,
  kmnist,
  qmnist,
  ...emnist,
  cifar10,
  cifar100,
  bugnist2d,
];

/** Sets of a user's own: `folder:PATH`. */
// biome-ignore format: a line each
export const schemes: readonly DatasetScheme[] = [
  folder,
  labels,
  zip,
  tar,
  parquet,
  targets,
  csv,
  npz,
  idx,
  pickle,
];

/**
 * The data set of that name. Throws `usageError`; `where` is what the user gave it to. Its `load` refuses settings that it
 * does not know, since they would seem to have an effect.
 */
export function findDataset(name: string, where = "--dataset"): DatasetSource {
  aText(name, where);
  const meant = meantDataset(name);
  const source = namedDataset(meant, where);
  return {
    ...source,
    async load(options) {
      refuseIdle(source, options);
      if (meant !== name) options.onEvent?.({ kind: "note", text: takenAs(name, meant) });
      return source.load(options);
    },
  };
}

const isKnown = (name: string): boolean =>
  datasets.some((source) => source.name === name) || schemes.some((scheme) => name.startsWith(`${scheme.name}:`));

/** A folder's bare path means the images in it, a file's what its name says; a set of that name comes first. */
export function meantDataset(name: string): string {
  if (isKnown(name)) return name;
  if (isFolder(name)) return `folder:${name}`;
  const form = isFile(name) ? schemes.find(({ ending }) => ending?.test(name)) : undefined;
  return form ? `${form.name}:${name}` : name;
}

/** What is said where a name was taken for another. */
export const takenAs = (name: string, meant: string): string =>
  `${name} is a ${isFolder(name) ? "folder" : "file"} of yours: taken as ${meant}.`;

function namedDataset(name: string, where: string): DatasetSource {
  const found = datasets.find((source) => source.name === name);
  if (found) return found;
  const [scheme, ...rest] = name.split(":");
  const path = rest.join(":");
  const form = path === "" ? undefined : schemes.find((candidate) => candidate.name === scheme);
  if (form) return openForm(form, path);
  const names = [...datasets, ...schemes].map((member) => member.name);
  throw usageError({
    where,
    expected: `one of ${[...datasets.map((source) => source.name), ...schemes.map(pathForm)].join(", ")}`,
    got: name,
    fix: didYouMean(scheme, names),
  });
}

/** A set of a user's own, as one of the sets that have names. */
function openForm(form: DatasetScheme, path: string): DatasetSource {
  return {
    name: `${form.name}:${path}`,
    summary: `the images in ${path}`,
    embedded: false,
    settings: form.settings,
    defaults: ownDefaults,
    load: async (options) => {
      try {
        return await form.load(path, options);
      } catch (error) {
        const { withLook } = await import("./look.js");
        throw withLook(error, form, path, schemes);
      }
    },
  };
}

const pathForm = ({ name }: DatasetScheme): string => `${name}:PATH`;

type Known = Pick<DatasetSource, "settings" | "published">;

/** Sets of published files may lack some. */
const knows = ({ settings = [], published }: Known, key: DataSetting): boolean =>
  settings.includes(key) || (key === "allowMissing" && published !== undefined);

/** What each setting is where nobody says; given as that, it asks for nothing. */
const unsaid: Readonly<Record<DataSetting, unknown>> = {
  allowMissing: false,
  imageSize: undefined,
  fit: "pad",
  channels: undefined,
  label: undefined,
  layout: undefined,
  order: undefined,
  paper: undefined,
  maximum: undefined,
  maxMegapixels: undefined,
  skipBad: 0,
};
const settingKeys = Object.keys(unsaid) as DataSetting[];

/** Throws `usageError` for a setting that would do nothing to this set. */
export function refuseIdle(source: Known & { readonly name: string }, options: LoadOptions): void {
  const idle = settingKeys.find(
    (key) => options[key] !== undefined && options[key] !== unsaid[key] && !knows(source, key),
  );
  if (idle === undefined) return;
  const takers = [...schemes.map((form) => ({ ...form, name: pathForm(form) })), ...datasets].filter((set) =>
    knows(set, idle),
  );
  throw usageError({
    where: `--${kebab(idle)}`,
    expected: `a data set that it means something to (${takers.map(({ name }) => name).join(", ")})`,
    got: source.name,
    fix: "Leave it out.",
  });
}

/** True for a set, known by its name, to which the setting means something. */
export function takesSetting(name: string, key: DataSetting): boolean {
  const [known] = datasets.some((source) => source.name === name) ? [name] : name.split(":");
  return [...schemes, ...datasets].some((set) => set.name === known && knows(set, key));
}

/** Those of the options that mean something to the set. */
export const knownTo = (source: Known, options: LoadOptions): LoadOptions =>
  Object.fromEntries(Object.entries(options).filter(([key]) => !(key in unsaid) || knows(source, key as DataSetting)));
