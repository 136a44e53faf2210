/** Orders of names, the same on every machine: no locale has a say in which label a class gets. */

/** `--order`: how names are sorted wherever their order decides something. */
export const orders = ["natural", "plain"] as const;
/** `natural`: as people sort, "2" before "10" · `plain`: by UTF-16 code units, as programs sort, "10" before "2". */
export type Order = (typeof orders)[number];

export const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As people sort: runs of digits by their value; all else, and ties ("02", "2"), by code units. */
export const byNature = (a: string, b: string): number => byCodeUnit(naturalKey(a), naturalKey(b)) || byCodeUnit(a, b);

/** The items by their names, in a new array. */
export function sortedBy<T>(items: Iterable<T>, nameOf: (item: T) => string, order: Order): T[] {
  const keyOf = order === "natural" ? naturalKey : (name: string) => name;
  return Array.from(items, (item) => ({ item, name: nameOf(item), key: keyOf(nameOf(item)) }))
    .sort((a, b) => byCodeUnit(a.key, b.key) || byCodeUnit(a.name, b.name))
    .map(({ item }) => item);
}

export const sortedNames = (names: Iterable<string>, order: Order): string[] => sortedBy(names, (name) => name, order);

/**
 * A text whose order by code units is the natural order of the name: before each run of digits stands a character for
 * how many there are, leading zeros left out, so that the longer number comes later. It begins where digits do.
 */
const naturalKey = (name: string): string =>
  name.replace(/\d+/g, (run) => {
    const digits = run.replace(/^0+/, "");
    return String.fromCharCode(48 + Math.min(9, digits.length), 48 + digits.length) + digits;
  });
