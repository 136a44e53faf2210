/**
 * Lists that go by position: line 1 is the first file, line 2 the second. The pairing is shown, and where people's order
 * of the names and programs' order differ, that is said: one of the two is wrong.
 */
import type { Finding } from "../base/finding.js";
import { type Order, sortedNames } from "../base/order.js";
import { count } from "../base/text.js";

export interface Pairing {
  /** The list's file. */
  readonly list: string;
  /** What its lines are for, in the order taken. */
  readonly names: readonly string[];
  /** What they say, in the same order. */
  readonly values: readonly (string | number)[];
  readonly order: Order;
}

export function pairing({ list, names, values, order }: Pairing): Finding[] {
  const pairs = names.map((name, i) => `${name} = ${values[i]}`);
  const shown = pairs.length <= 5 ? pairs : [...pairs.slice(0, 3), "…", pairs.at(-1)!];
  const evidence = `${list} goes by position, its ${count(names.length)} lines were taken as ${shown.join(", ")}.`;
  const other = order === "natural" ? "plain" : "natural";
  const otherwise = sortedNames(names, other);
  const differs = names.findIndex((name, i) => name !== otherwise[i]);
  if (differs < 0) return [{ id: "pairing", severity: "note", evidence, fix: "" }];
  const doubt = `Names sort in two ways: line ${differs + 1} is ${names[differs]} in ${order} order, ${otherwise[differs]} in ${other} order.`;
  const fix = `--order ${other} takes the other.`;
  return [{ id: "pairing", severity: "warning", evidence: `${evidence} ${doubt}`, fix }];
}
