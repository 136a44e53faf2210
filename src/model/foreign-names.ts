/**
 * Names of torchvision and timm: where a file has as many tensors as a net that we have (ResNet, VGG, AlexNet), the two lists
 * are the same in the order of the forward pass, and nearly all shapes agree, they are matched by their places.
 */

/** Where modules of these names stand in a forward pass: stem, stages, head. */
const ranks: readonly (readonly [pattern: RegExp, rank: number])[] = [
  [/^(conv1|stem|features|conv_stem)$/, 0],
  [/^bn1$/, 1],
  [/^layer\d+$/, 10],
  [/^(pre_logits|conv_head)$/, 90],
  [/^(fc|classifier|head|linear)$/, 99],
];
const lasts = ["weight", "bias", "running_mean", "running_var"];

interface Shaped {
  readonly name: string;
  readonly shape: readonly number[];
}

/** A name as numbers and words that sort as the forward pass goes. */
function sortKey(name: string): (string | number)[] {
  const parts = name.split(".");
  const last = parts.pop() ?? "";
  const [first = ""] = parts;
  const rank = ranks.find(([pattern]) => pattern.test(first))?.[1] ?? 50;
  const words = parts.map((part) => {
    // A shortcut comes after the body that it goes around.
    if (/^(downsample|shortcut)$/.test(part)) return `~${part}`;
    return part;
  });
  // conv1 bn1 conv2 bn2: by number, then convolution before norm.
  const split = words.flatMap((word): (string | number)[] => {
    const [, letters = word, digits] = /^([a-z~_]*?)(\d*)$/i.exec(word) ?? [];
    if (/^(conv|bn)$/.test(letters) && digits) return [`${"conv"}`, Number(digits), letters === "conv" ? 0 : 1];
    return [letters, digits ? Number(digits) : -1, 0];
  });
  return [rank, ...split, lasts.indexOf(last)];
}

function compare(a: readonly (string | number)[], b: readonly (string | number)[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [x, y] = [a[i], b[i]];
    if (x === y) continue;
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (typeof x === "number" && typeof y === "number") return x - y;
    return String(x) < String(y) ? -1 : 1;
  }
  return 0;
}

/** For each of the net's tensors the file's that stands in its place; null where the file is of no such net. */
export function byForwardOrder<T extends Shaped>(
  stored: readonly T[],
  wanted: readonly Shaped[],
): Map<string, T> | null {
  if (stored.length !== wanted.length || stored.length === 0) return null;
  const sorted = [...stored].sort((a, b) => compare(sortKey(a.name), sortKey(b.name)));
  const agree = wanted.filter(
    ({ name, shape }, i) =>
      sorted[i].shape.join() === shape.join() && sorted[i].name.split(".").at(-1) === name.split(".").at(-1),
  );
  // The head may have other classes, the stem another kernel.
  if (wanted.length - agree.length > 3) return null;
  return new Map(wanted.map(({ name }, i) => [name, sorted[i]]));
}
