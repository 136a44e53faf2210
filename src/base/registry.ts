/** What all registries have in common: members with a name, found by it, or an error that says what there is. */
import { didYouMean, usageError } from "./errors.js";

export interface Member {
  readonly name: string;
  /** One line for help. */
  readonly summary: string;
}

/** A name as it is compared: case, hyphens and spaces do not matter ("LeNet-5" is "lenet5"). */
export const plainName = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, "");

/** The member of that name, if any. */
export const lookUp = <M extends { readonly name: string }>(members: readonly M[], name: string): M | undefined =>
  members.find((member) => plainName(member.name) === plainName(name));

/** What to do about a name that is none of these: the nearest, then all. */
export function suggest(name: string, names: readonly string[]): string {
  return [didYouMean(name, names), `Known: ${names.join(", ")}.`].filter((part) => part).join(" ");
}

/** What a place is, for its errors: "--optimizer" wants "an optimizer". */
export interface Wanted {
  readonly where: string;
  readonly what: string;
}

/** The member of that name. Throws `usageError` with the nearest name and all names. */
export function pick<M extends { readonly name: string }>(members: readonly M[], name: string, wanted: Wanted): M {
  const found = lookUp(members, name);
  if (found) return found;
  const names = members.map((member) => member.name);
  throw usageError({ where: wanted.where, expected: wanted.what, got: `"${name}"`, fix: suggest(name, names) });
}
