/**
 * Text on its way into a page or a picture. There is one way from a string to markup, and it escapes: the template tag
 * `html`. What holds names of classes, files and runs cannot become markup by being forgotten.
 */
import { createHash } from "node:crypto";

/** Markup that is one already. Made by `html` and `raw` alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** What may stand in a template: text is escaped, lists are joined, what is absent is nothing. */
export type Part = Html | string | number | null | undefined | false | readonly Part[];

/** ``html`<b>${name}</b>` ``: markup with everything put in escaped, within elements and within quoted attributes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  let text = strings[0];
  for (const [i, part] of parts.entries()) text += markupOf(part) + strings[i + 1];
  return new Html(text);
}

function markupOf(part: Part): string {
  if (part instanceof Html) return part.text;
  if (part === null || part === undefined || part === false) return "";
  if (typeof part === "object") return part.map(markupOf).join("");
  return escape(`${part}`);
}

/** Markup from our own source files: a style, a script. Never of anything that came from outside. */
export const raw = (text: string): Html => new Html(text);

export const join = (parts: readonly Part[], between: string): Html =>
  new Html(parts.map(markupOf).join(escape(between)));

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string): string => visible(text).replace(/[&<>"']/g, (character) => entities[character]);

// Lone surrogates have no form in UTF-8; U+FFFE and U+FFFF none in XML.
const unseen = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\p{Cs}\ufffe\uffff]/gu;

/** Characters that would steer instead of being read, as signs: the escape character is "␛". */
export const visible = (text: string): string =>
  text.replace(unseen, (character) =>
    character < " " ? String.fromCodePoint(0x2400 + character.charCodeAt(0)) : "\ufffd",
  );

/** Data for a script of the page: within `<script type="application/json">`, whatever its strings hold. */
export const jsonText = (data: unknown): Html => new Html(JSON.stringify(data).replaceAll("<", "\\u003c"));

/** As a Content-Security-Policy names what it lets through. */
export const sourceHash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
