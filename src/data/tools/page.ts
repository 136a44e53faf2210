/** The page of `heddle data show`: HTML with its pictures inside, no scripts, nothing from elsewhere. */
import { count } from "../../progress/format.js";
import type { DecodedImage } from "../formats/pixels.js";
import { encodePng } from "../formats/png.js";
import { type Description, factsOf } from "./describe.js";

/** A picture, and how many screen pixels each of its own takes. */
export interface Figure {
  readonly image: DecodedImage;
  readonly scale: number;
}

/** What the page shows of one class. */
export interface ClassView {
  readonly label: number;
  readonly name: string;
  readonly mean: Figure;
  /** Null where the split has no image of the class. */
  readonly sheet: Figure | null;
  /** Images on the sheet. */
  readonly shown: number;
}

export interface DatasetView {
  readonly description: Description;
  readonly split: "train" | "test";
  /** Augmented draws to the right of each image on the sheets. */
  readonly draws: number;
  readonly classes: readonly ClassView[];
}

const style = `
:root { color-scheme: light dark; --text: #1c1c1e; --soft: #5b5b62; --page: #fbfbfa; --line: #d9d9d6; --bar: #4a7fb5; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8e6; --soft: #a3a3aa; --page: #17181a; --line: #38393d; --bar: #6fa3d8; }
}
body { margin: 0 auto; padding: 2rem 1rem 4rem; max-width: 60rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { margin: 0 0 .5rem; font-size: 1.75rem; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.15rem; border-top: 1px solid var(--line); padding-top: 1rem; }
h2 small, figcaption, dt, th, .note { color: var(--soft); font-weight: normal; font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1.5rem; }
dt, dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .9rem .15rem 0; text-align: left; }
td.n, th.n { text-align: right; }
td.b { width: 16rem; }
td.b i { display: block; height: .6rem; background: var(--bar); border-radius: 2px; min-width: 1px; }
.means { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; }
figcaption { max-width: 9rem; overflow-wrap: anywhere; }
img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; }
`;

const splitNames = { train: "training split", test: "test split" } as const;

export function renderPage({ description, split, draws, classes }: DatasetView): string {
  const { dataset } = description;
  const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(dataset)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(dataset)}</h1>
${facts(description)}
${countTable(description)}
<h2>The mean image of each class <small>${splitNames[split]}</small></h2>
<div class="means">
${classes.map((view) => meanFigure(view)).join("\n")}
</div>
${classes.map((view) => classSection(view, description, split, draws)).join("\n")}
</body>
</html>
`;
}

function facts(description: Description): string {
  const items = factsOf(description).map(([name, text]) => `<dt>${name}</dt><dd>${escapeHtml(text)}</dd>`);
  return `<dl>\n${items.join("\n")}\n</dl>`;
}

function countTable({ classes, splits: { train, test } }: Description): string {
  const most = Math.max(1, ...train.perClass);
  const rows = classes.map((name, label) => {
    const width = (100 * train.perClass[label]) / most;
    const cells = [train.perClass[label], ...(test ? [test.perClass[label]] : [])];
    return (
      `<tr><td class="n">${label}</td><td>${escapeHtml(name)}</td>` +
      cells.map((value) => `<td class="n">${count(value)}</td>`).join("") +
      `<td class="b"><i style="width:${width.toFixed(1)}%"></i></td></tr>`
    );
  });
  const head = `<tr><th class="n"></th><th>class</th><th class="n">train</th>${test ? '<th class="n">test</th>' : ""}<th></th></tr>`;
  return `<table>\n${[head, ...rows].join("\n")}\n</table>`;
}

function meanFigure({ name, mean }: ClassView): string {
  return `<figure>${picture(mean, `mean of ${name}`)}<figcaption>${escapeHtml(name)}</figcaption></figure>`;
}

function classSection(
  { label, name, sheet, shown }: ClassView,
  { splits }: Description,
  split: "train" | "test",
  draws: number,
): string {
  const total = splits[split]?.perClass[label] ?? 0;
  const beside = draws > 0 ? `, each with ${draws} draws of its augmentation` : "";
  const what = sheet ? `${count(shown)} of ${count(total)}, evenly spaced${beside}` : "no image";
  const title = name === `${label}` ? name : `${label} · ${escapeHtml(name)}`;
  const heading = `<h2>${title} <small>${splitNames[split]}: ${what}</small></h2>`;
  return sheet ? `${heading}\n${picture(sheet, `images of ${name}`)}` : heading;
}

function picture({ image, scale }: Figure, alt: string): string {
  const data = Buffer.from(encodePng(image)).toString("base64");
  const size = `width="${image.width * scale}" height="${image.height * scale}"`;
  return `<img ${size} alt="${escapeHtml(alt)}" src="data:image/png;base64,${data}">`;
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

const escapeHtml = (text: string): string => text.replace(/[&<>"]/g, (character) => entities[character]);
