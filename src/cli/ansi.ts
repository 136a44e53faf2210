/**
 * What reaches a terminal. Names of files and classes may hold anything; only our own color codes may steer it. Ours are
 * written with a mark in place of the escape character, which no name can know; `render` makes every control character
 * visible and then turns the marks into escapes. Whoever writes text to stdout or stderr renders it.
 */
import { randomInt } from "node:crypto";
import pc from "picocolors";
import { asTyped } from "./invocation.js";

// Noncharacters, four of 32, drawn anew by each process.
const mark = String.fromCodePoint(...Array.from({ length: 4 }, () => 0xfdd0 + randomInt(32)));
const codes = new RegExp(`${mark}\\[[0-9;]*m`, "g");
const controls = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/gu;

const pictureOf = (character: string): string =>
  character < " " ? String.fromCodePoint(0x2400 + (character.codePointAt(0) ?? 0)) : "\ufffd";

/** A color code, marked: "38;5;12". */
export const sgr = (code: string): string => `${mark}[${code}m`;

export type Colors = ReturnType<typeof pc.createColors>;

/** Functions that color a text, or leave it as it is. */
export function createColors(enabled: boolean): Colors {
  const { isColorSupported, ...functions } = pc.createColors(enabled);
  const marked = Object.entries(functions).map(([name, color]) => [
    name,
    // What is colored may hold escapes of its own, which stay text.
    (text: string) => color(text.replaceAll("\u001b", pictureOf)).replaceAll("\u001b", mark),
  ]);
  return { isColorSupported, ...Object.fromEntries(marked) } as Colors;
}

/** One line as a terminal may have it, its commands as the reader types them. */
export const renderLine = (text: string): string =>
  asTyped(text).replace(controls, pictureOf).replaceAll(mark, "\u001b");

/** Lines as a terminal may have them. */
export const render = (text: string): string => text.split("\n").map(renderLine).join("\n");

/** Columns that a text takes on screen: a control character, made visible, takes one. */
export const width = (text: string): number => [...text.replace(codes, "")].length;
