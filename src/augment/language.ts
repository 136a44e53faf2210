/** The list language of `--augment`: "rotate 8deg, shift 0.08, flip horizontal, crop 4". */
import { didYouMean, type HeddleError, usageError } from "../base/errors.js";
import { type Augmentation, changes, noAugmentation } from "../kernels/changes/index.js";
import type { Word } from "../kernels/changes/words.js";
import { mixes } from "../kernels/mixes/index.js";
import type { AugmentationPreset } from "./preset.js";

/** Of all changes and mixes. */
export const items: readonly Word<Augmentation>[] = [
  ...changes.flatMap(({ words }) => words as unknown as readonly Word<Augmentation>[]),
  ...mixes.flatMap(({ words }) => words as unknown as readonly Word<Augmentation>[]),
];

const holds = ({ beside }: Word<Augmentation>, settings: Augmentation): boolean => beside?.holds(settings) ?? true;

/** The settings as a list that gives them again, in one form. */
export function printList(settings: Augmentation): string {
  const said = items.filter((item) => holds(item, settings));
  return said.flatMap(({ name, print }) => print(settings).map((value) => `${name} ${value}`)).join(", ");
}

/** Reads a list whose items may also be names of presets. Throws `usageError`; `where` is what the user gave it to. */
export function parseList(text: string, presets: readonly AugmentationPreset[], where: string): Augmentation {
  const settings: Partial<Augmentation> = {};
  for (const part of text.split(",").map((word) => word.trim())) {
    const preset = presets.find(({ name }) => name === part);
    const parsed = preset ? changesOf(parseList(preset.list, [], where)) : parseItem(part, presets, where);
    const twice = Object.keys(parsed).find((key) => key in settings);
    if (twice !== undefined) {
      throw usageError({ where, expected: "every change once", got: `"${part}" after another that sets the same` });
    }
    Object.assign(settings, parsed);
  }
  const augmentation = { ...noAugmentation, ...settings };
  for (const { name, beside, print } of items) {
    if (beside === undefined || beside.holds(augmentation)) continue;
    const said = print(augmentation).some((value) => text.includes(`${name} ${value}`));
    if (said) throw usageError({ where, expected: beside.expected, got: `"${text}"`, fix: `Leave ${name} out.` });
  }
  return augmentation;
}

/** What a list sets, so that it counts as said. */
const changesOf = (settings: Augmentation): Partial<Augmentation> => {
  const said = items.filter((item) => holds(item, settings) && item.print(settings).length > 0);
  const parts = said.flatMap((item) => item.print(settings).map((value) => item.parse(`${value}`)));
  return Object.assign({}, ...parts) as Partial<Augmentation>;
};

function parseItem(part: string, presets: readonly AugmentationPreset[], where: string): Partial<Augmentation> {
  const [, name, value] = /^(\S*)\s*(.*)$/.exec(part) ?? ["", part, ""];
  const item = items.find((candidate) => candidate.name === name);
  if (!item) throw unknownItem(part, name, presets, where);
  const parsed = item.parse(value);
  if (parsed) return parsed;
  const fix = item.fix?.(value);
  throw usageError({
    where: `${where}, ${name}`,
    expected: item.expected,
    got: value === "" ? "nothing" : `"${value}"`,
    ...(fix && { fix }),
  });
}

function unknownItem(part: string, name: string, presets: readonly AugmentationPreset[], where: string): HeddleError {
  const [known, words] = [presets, items].map((list: readonly { readonly name: string }[]) =>
    list.map((one) => one.name),
  );
  const expected = `a preset (${known.join(", ")}) or a list of ${words.join(", ")}`;
  return usageError({ where, expected, got: `"${part}"`, fix: didYouMean(name, [...known, ...words]) });
}
