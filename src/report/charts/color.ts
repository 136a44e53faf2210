/** Colors that can be read: contrast as WCAG 2 has it. */

type Rgb = readonly [red: number, green: number, blue: number];

const rgbOf = (color: string): Rgb => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16)) as never;

const hexOf = (rgb: Rgb): string => `#${rgb.map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;

/** `share` of the way from one color to another. */
export const mix = (from: string, to: string, share: number): string => {
  const [a, b] = [rgbOf(from), rgbOf(to)];
  return hexOf(a.map((value, i) => value + (b[i] - value) * share) as never);
};

/** Relative luminance, 0 black to 1 white. */
function luminance(color: string): number {
  const [red, green, blue] = rgbOf(color).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** 1 (equal) to 21 (black on white); text wants 4.5, lines 3. */
export function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

/** The one of two colors that can be read better on a ground. */
export const readableOn = (ground: string, dark: string, light: string): string =>
  contrast(ground, dark) >= contrast(ground, light) ? dark : light;
