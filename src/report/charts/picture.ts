/** A drawn picture: SVG with a title and a sentence for whoever cannot see it, in a page or as a file of its own. */
import { Html, html, type Part, raw } from "../html.js";
import { fonts, looks, rulesOf } from "./looks.js";

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What it shows, with its numbers. */
  readonly sentence: string;
  readonly body: Html;
  /** Attributes for the page's scripts, without the `data-`. */
  readonly data?: Readonly<Record<string, string>>;
}

export const letterSize = 12;

/** Hundredths of a pixel are more than a screen shows. */
export const at = (value: number): number => Math.round(value * 10) / 10;

const attributes = (data: Picture["data"]): Html =>
  html`${Object.entries(data ?? {}).map(([name, value]) => html` ${raw(`data-${name}`)}="${value}"`)}`;

/** In a page: `id` is unique in it. */
export function inPage({ width, height, title, sentence, body, data }: Picture, id: string): Html {
  const [titled, said] = [`${id}-title`, `${id}-text`];
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${titled} ${said}"${attributes(data)}${data ? html` tabindex="0"` : null}><title id="${titled}">${title}</title><desc id="${said}">${sentence}</desc>${body}</svg>`;
}

/** As a file: with its own colors, on light ground. */
export function asFile({ width, height, title, sentence, body }: Picture): string {
  const used = [...looks.keys()].filter((name) => new RegExp(`class="(?:[^"]* )?${name}[ "]`).test(body.text));
  const style = `text{font:12px ${fonts}}.small{font-size:11px}${rulesOf(new Set(["ground", ...used]), 0)}`;
  const markup = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title text"><title id="title">${title}</title><desc id="text">${sentence}</desc><style>${raw(style)}</style><rect class="ground" width="${width}" height="${height}"/>${body}</svg>`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${markup.text}\n`;
}

interface TextPlace {
  readonly x: number;
  readonly y: number;
  readonly look?: string;
  readonly anchor?: "start" | "middle" | "end";
  /** Degrees, around its place. */
  readonly turn?: number;
  /** The whole of it, where `text` is shortened. */
  readonly whole?: string;
}

/** A line of text whose middle is at `y`. */
export function label(text: string, { x, y, look = "text", anchor = "start", turn, whole }: TextPlace): Html {
  const turned = turn === undefined ? null : html` transform="rotate(${turn} ${at(x)} ${at(y)})"`;
  const title = whole === undefined || whole === text ? null : html`<title>${whole}</title>`;
  return html`<text class="${look}" x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" dy="0.35em"${turned}>${title}${text}</text>`;
}

export const group = (...parts: readonly Part[]): Html => html`<g>${parts}</g>`;
