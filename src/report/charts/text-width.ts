/** How wide a text is at most, without a browser to ask: widths of the widest of the usual sans serif fonts. */

/** Hundredths of an em, and the signs of ASCII that take as much. */
const widths: readonly (readonly [number, string])[] = [
  [34, " ,./:;I\\ijl|'"],
  [42, "!()-[]frt"],
  [54, '"*J`sz'],
  [64, "$0123456789?FLT_abcdeghknopquvxy{}"],
  [72, "ABCEKPRSUVXYZ"],
  [85, "#&+<=>DGHNOQ^w~"],
  [90, "M"],
  [101, "%@Wm"],
];
const ascii = new Map(widths.flatMap(([width, signs]) => [...signs].map((sign) => [sign, width / 100])));

function emsOf(sign: string): number {
  const known = ascii.get(sign);
  if (known !== undefined) return known;
  if (/\p{Extended_Pictographic}/u.test(sign)) return 1.4;
  if (/\p{M}|\u200d|\ufe0f/u.test(sign)) return 0.1;
  return /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Arabic}\p{Script=Hebrew}]/u.test(sign)
    ? 0.9
    : 1.1;
}

/** Pixels at most, at that size of letters. */
export function widthOf(text: string, size: number): number {
  let ems = 0;
  for (const sign of text) ems += emsOf(sign);
  return ems * size;
}

/** The text, shortened in the middle where it would take more than `room` pixels: its ends tell names apart best. */
export function shorten(text: string, room: number, size: number): string {
  // A name of blanks is seen, too.
  if (text.trim() === "") return "␠";
  if (widthOf(text, size) <= room) return text;
  const signs = graphemes(text);
  let [head, tail] = ["", ""];
  let left = room - widthOf("…", size);
  for (let taken = 0, front = 0, back = signs.length - 1; front <= back; taken++) {
    const sign = taken % 3 === 2 ? signs[back] : signs[front];
    left -= widthOf(sign, size);
    if (left < 0) break;
    if (taken % 3 === 2) [tail, back] = [sign + tail, back - 1];
    else [head, front] = [head + sign, front + 1];
  }
  return `${head}…${tail}`;
}

/** What a reader takes for one sign, however many code points it has. */
const graphemes = (text: string): string[] =>
  Array.from(new Intl.Segmenter("en").segment(text), ({ segment }) => segment);

/** Names in that room, each unlike the others: those that shortening made alike get their number in front. */
export function shortenAll(names: readonly string[], room: number, size: number): string[] {
  const short = names.map((name) => shorten(name, room, size));
  const times = new Map<string, number>();
  for (const name of short) times.set(name, (times.get(name) ?? 0) + 1);
  return short.map((name, i) =>
    (times.get(name) ?? 0) > 1 && names[i] !== name
      ? `${i} ${shorten(names[i], room - widthOf(`${i} `, size), size)}`
      : name,
  );
}
