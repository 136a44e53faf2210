/** Digits as pointers draw them: the strokes of each, in forms that people write, and ten hands that write them. */
import type { Point } from "../../src/export/web/strokes.js";

type Stroke = readonly (readonly [x: number, y: number])[];

/** A part of an ellipse, from one angle to another (degrees, clockwise from the right). */
const arc = (cx: number, cy: number, rx: number, ry: number, from: number, to: number): [number, number][] =>
  Array.from({ length: 14 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 13) * Math.PI) / 180;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)];
  });
const line = (...points: [number, number][]): [number, number][] => points;

/** In the unit square, y downward; several forms of a digit where people differ. */
const forms: readonly (readonly (readonly Stroke[])[])[] = [
  [[arc(0.5, 0.5, 0.3, 0.45, -90, 270)], [arc(0.5, 0.5, 0.34, 0.42, -70, 300)]],
  [[line([0.5, 0.05], [0.5, 0.95])], [line([0.4, 0.2], [0.52, 0.05], [0.52, 0.95])]],
  [
    [[...arc(0.5, 0.3, 0.28, 0.25, -160, 30), ...line([0.25, 0.92], [0.8, 0.92])]],
    [
      [
        ...arc(0.48, 0.28, 0.27, 0.23, -170, 45),
        ...arc(0.34, 0.86, 0.12, 0.07, 100, 300),
        ...line([0.5, 0.9], [0.82, 0.9]),
      ],
    ],
  ],
  [
    [[...arc(0.47, 0.28, 0.27, 0.22, -150, 90), ...arc(0.47, 0.71, 0.3, 0.23, -90, 150)]],
    [[...arc(0.48, 0.3, 0.25, 0.23, -140, 80), ...arc(0.46, 0.72, 0.29, 0.22, -80, 140)]],
  ],
  [
    [line([0.62, 0.05], [0.2, 0.62], [0.82, 0.62]), line([0.63, 0.35], [0.63, 0.95])],
    [line([0.28, 0.08], [0.25, 0.5], [0.75, 0.5]), line([0.74, 0.08], [0.72, 0.95])],
  ],
  [
    [line([0.3, 0.08], [0.28, 0.45]), arc(0.45, 0.66, 0.29, 0.27, -130, 140), line([0.3, 0.08], [0.76, 0.08])],
    [[...line([0.76, 0.08], [0.3, 0.08], [0.28, 0.44]), ...arc(0.46, 0.66, 0.27, 0.26, -120, 140)]],
  ],
  [
    [[...arc(0.78, 0.6, 0.55, 0.55, -100, -180), ...arc(0.48, 0.7, 0.24, 0.23, 180, -180)]],
    [[...line([0.6, 0.06], [0.35, 0.4], [0.27, 0.66]), ...arc(0.49, 0.71, 0.23, 0.22, 180, -170)]],
  ],
  [
    [line([0.2, 0.1], [0.8, 0.1], [0.42, 0.95])],
    [line([0.22, 0.12], [0.78, 0.1], [0.45, 0.95]), line([0.38, 0.52], [0.72, 0.5])],
  ],
  [
    [
      [
        ...arc(0.5, 0.28, 0.22, 0.22, -60, -270),
        ...arc(0.5, 0.72, 0.27, 0.22, -90, 270),
        ...arc(0.5, 0.28, 0.22, 0.22, 90, -60),
      ],
    ],
    [arc(0.5, 0.27, 0.21, 0.21, -90, 270), arc(0.5, 0.71, 0.26, 0.23, -90, 270)],
  ],
  [
    [[...arc(0.48, 0.3, 0.25, 0.24, 0, -360), ...line([0.73, 0.3], [0.68, 0.95])]],
    [
      [
        ...arc(0.5, 0.3, 0.24, 0.24, -20, -350),
        ...line([0.73, 0.35], [0.72, 0.6]),
        ...arc(0.5, 0.7, 0.22, 0.24, 0, 80),
      ],
    ],
  ],
];

export interface Hand {
  /** Which form of each digit: 0 or 1 by the digit's place. */
  readonly forms: string;
  /** Leans to the right by so much of its height. */
  readonly slant: number;
  /** Width by height. */
  readonly aspect: number;
  /** Height as a share of the surface, and where its upper left corner is. */
  readonly size: number;
  readonly at: readonly [x: number, y: number];
  /** Radians by which all is turned. */
  readonly turn: number;
  /** How far the pen trembles, as a share of the height. */
  readonly tremble: number;
}

export const hands: readonly Hand[] = [
  { forms: "0000000000", slant: 0, aspect: 0.8, size: 0.7, at: [0.2, 0.15], turn: 0, tremble: 0 },
  { forms: "1111111111", slant: 0.1, aspect: 0.8, size: 0.6, at: [0.1, 0.2], turn: 0, tremble: 0.01 },
  { forms: "0101010101", slant: 0.25, aspect: 0.7, size: 0.55, at: [0.2, 0.3], turn: 0, tremble: 0.012 },
  { forms: "1010101010", slant: -0.1, aspect: 0.75, size: 0.5, at: [0.4, 0.4], turn: 0, tremble: 0.01 },
  { forms: "0011001100", slant: 0.15, aspect: 1, size: 0.8, at: [0.05, 0.1], turn: 0.05, tremble: 0.015 },
  { forms: "1100110011", slant: 0, aspect: 0.6, size: 0.85, at: [0.25, 0.08], turn: -0.08, tremble: 0.008 },
  { forms: "0110100110", slant: 0.3, aspect: 0.85, size: 0.45, at: [0.05, 0.5], turn: 0, tremble: 0.01 },
  { forms: "1001011001", slant: 0.05, aspect: 0.9, size: 0.65, at: [0.2, 0.2], turn: 0.1, tremble: 0.02 },
  { forms: "0001110001", slant: 0.2, aspect: 0.65, size: 0.75, at: [0.15, 0.15], turn: -0.05, tremble: 0.015 },
  { forms: "1110001110", slant: -0.05, aspect: 0.95, size: 0.6, at: [0.25, 0.05], turn: 0.03, tremble: 0.02 },
];

/** The strokes of a digit by a hand, as fractions of the surface. */
export function drawnBy(hand: Hand, digit: number): Point[][] {
  const strokes = forms[digit][Number(hand.forms[digit])];
  let step = digit * 1.3;
  return strokes.map((stroke) =>
    stroke.map(([x, y]) => {
      step += 1.1;
      const [dx, dy] = [Math.sin(step * 1.7), Math.cos(step * 2.3)].map((wave) => wave * hand.tremble);
      const [u, v] = [(x - 0.5 + dx - (y - 0.5) * hand.slant) * hand.aspect, y - 0.5 + dy];
      const [c, s] = [Math.cos(hand.turn), Math.sin(hand.turn)];
      const half = hand.size / 2;
      const place = (value: number, from: number): number =>
        Math.min(0.98, Math.max(0.02, from + half + value * hand.size));
      return { x: place(u * c - v * s, hand.at[0]), y: place(u * s + v * c, hand.at[1]) };
    }),
  );
}
