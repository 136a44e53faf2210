/** The page: one file with everything inside, which asks nothing of anybody. */
import { readFileSync } from "node:fs";
import { type Html, html, raw, sourceHash } from "./html.js";
import { pageStyle } from "./style.js";

export interface PagePart {
  readonly id: string;
  readonly title: string;
  readonly content: Html;
}

export interface Page {
  readonly title: string;
  /** Under the title. */
  readonly lead: Html;
  readonly parts: readonly PagePart[];
  readonly footer: Html;
  /** It asks the server that it came from for news. */
  readonly live?: boolean;
}

/** Compiled from `client/`, by name. */
const scripts = ["charts", "matrix", "filter", "print"] as const;

const scriptText = (name: string): string =>
  readFileSync(new URL(`./client/${name}.js`, import.meta.url), "utf8").trim();

export function pageText({ title, lead, parts, footer, live = false }: Page): string {
  const style = pageStyle();
  const texts = [...scripts, ...(live ? ["live"] : [])].map(scriptText);
  const policy = [
    "default-src 'none'",
    "img-src data:",
    `style-src ${sourceHash(style)}`,
    `script-src ${texts.map(sourceHash).join(" ")}`,
    ...(live ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${raw(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${raw(style)}</style>
</head>
<body>
<div class="frame-page">
<header><h1>${title}</h1>${lead}</header>
<nav aria-label="Sections"><ol>${parts.map(({ id, title: name }) => html`<li><a href="#${id}">${name}</a></li>`)}</ol></nav>
<main>
${parts.map((part) => html`${sectionMarkup(part)}\n`)}</main>
<footer>${footer}</footer>
</div>
${texts.map((text) => html`<script type="module">${raw(text)}</script>\n`)}</body>
</html>
`;
  return page.text;
}

export const sectionMarkup = ({ id, title, content }: PagePart): Html =>
  html`<section id="${id}" aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>${content}</section>`;
