/** The data sets and schemes, one line each; help, `heddle data` and the contract tests follow this list. */
import { didYouMean, usageError } from "../errors.js";
import { bugnist2d } from "./bugnist2d.js";
import { cifar10 } from "./cifar-10.js";
import { csv } from "./csv.js";
import type { DatasetScheme, DatasetSource } from "./dataset.js";
import { digits } from "./digits.js";
import { fashionMnist } from "./fashion-mnist.js";
import { folder } from "./folder.js";
import { mnist } from "./mnist.js";
import { syntheticDigits, syntheticDigits28 } from "./synthetic.js";
import { targets } from "./targets.js";

export const datasets: readonly DatasetSource[] = [
  syntheticDigits,
  syntheticDigits28,
  digits,
  mnist,
  fashionMnist,
  cifar10,
  bugnist2d,
];

/** Sets of a user's own: `folder:PATH`. */
export const schemes: readonly DatasetScheme[] = [folder, targets, csv];

/** The data set of that name. Throws `usageError`; `where` is what the user gave it to. */
export function findDataset(name: string, where = "--dataset"): DatasetSource {
  const found = datasets.find((source) => source.name === name);
  if (found) return found;
  const [scheme, ...rest] = name.split(":");
  const path = rest.join(":");
  const opened = path === "" ? undefined : schemes.find((candidate) => candidate.name === scheme)?.open(path);
  if (opened) return opened;
  const names = [...datasets, ...schemes].map((member) => member.name);
  throw usageError({
    where,
    expected: `one of ${[...datasets.map((source) => source.name), ...schemes.map(pathForm)].join(", ")}`,
    got: name,
    fix: didYouMean(scheme, names),
  });
}

const pathForm = ({ name }: DatasetScheme): string => `${name}:PATH`;
