/** The page of `heddle data show`: HTML with its pictures inside, no scripts, nothing from elsewhere. */

import { findingText } from "../base/finding.js";
import { count, counted } from "../base/text.js";
import type { SplitName } from "../data/split-words.js";
import type { DecodedImage } from "../formats/pixels.js";
import { encodePng } from "../formats/png.js";
import type { CopyGroup, CopyMember } from "./copies-view.js";
import { type Description, factsOf } from "./describe.js";

import type { Histogram } from "./histogram.js";

/** A picture, and how many screen pixels each of its own takes. */
export interface Figure {
  readonly image: DecodedImage;
  readonly scale: number;
}

/** Images that are one, side by side. */
export interface CopyFigure {
  readonly kind: CopyGroup["kind"];
  readonly members: readonly (CopyMember & { readonly figure: Figure })[];
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
  readonly split: SplitName;
  /** The mean of all images of the split. */
  readonly mean: Figure;
  readonly histograms: readonly Histogram[];
  readonly copies: readonly CopyFigure[];
  /** Groups of copies that are not shown. */
  readonly moreCopies: number;
  /** Augmented draws to the right of each image on the sheets. */
  readonly draws: number;
  readonly classes: readonly ClassView[];
}

const style = `
:root { color-scheme: light dark; --text: #1c1c1e; --soft: #5b5b62; --page: #fbfbfa; --line: #d9d9d6; --bar: #4a7fb5;
  --good: #23743b; --warning: #8a5a00; --error: #b3261e; --red: #c62f2f; --green: #2f8f3f; --blue: #3a62c9; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8e6; --soft: #a3a3aa; --page: #17181a; --line: #38393d; --bar: #6fa3d8;
    --good: #6fc98a; --warning: #e0b050; --error: #ff8a80; --red: #ff7b74; --green: #6fcf7f; --blue: #8fb0ff; }
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
td.b { width: 12rem; min-width: 3rem; }
.wide { overflow-x: auto; }
ul.findings { list-style: none; margin: 0 0 1.5rem; padding: 0; }
ul.findings li { border-left: 3px solid var(--line); padding: .15rem 0 .15rem .75rem; margin: .4rem 0; overflow-wrap: anywhere; }
ul.findings li.warning { border-color: var(--warning); }
ul.findings li.error { border-color: var(--error); }
strong { font-weight: 600; }
.warning strong { color: var(--warning); } .error strong { color: var(--error); } .verdict { font-weight: 600; }
.overview { display: flex; flex-wrap: wrap; gap: 1.5rem 2.5rem; align-items: flex-end; }
.histogram { width: 24rem; max-width: 100%; }
.histogram figcaption { max-width: none; }
.histogram svg { display: block; width: 100%; height: 8rem; border-bottom: 1px solid var(--line); }
.axis { display: flex; justify-content: space-between; color: var(--soft); font-size: .85rem; }
.copies { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
.copies > div { display: flex; gap: .5rem; align-items: flex-start; }
.copies figcaption { max-width: 8rem; font-size: .8rem; }
td.b i { display: block; height: .6rem; background: var(--bar); border-radius: 2px; min-width: 1px; }
.means { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; }
figcaption { max-width: 9rem; overflow-wrap: anywhere; }
img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; }
`;

const splitNames = { train: "training split", test: "test split", validation: "validation split" } as const;

export function renderPage(view: DatasetView): string {
  const { description, split, draws, classes } = view;
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
${findingList(description)}
<h2>Images of each class</h2>
${countTable(description)}
<h2>All images together <small>${splitNames[split]}</small></h2>
<div class="overview">
<figure>${picture(view.mean, "mean of all images")}<figcaption>mean</figcaption></figure>
${histogramFigure(view.histograms, description.maximum)}
</div>
${copiesSection(view)}
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

/** What was left out, and all else that a person should know before training. */
function findingList({ findings, fit }: Description): string {
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  const looks = warnings > 0 ? `, with ${counted(warnings, "warning")}` : "";
  const verdict = fit
    ? `<p class="verdict">Fit to train on${looks}.</p>`
    : `<p class="verdict error"><strong>Not fit to train on.</strong></p>`;
  const items = findings.map(
    (finding) =>
      `<li class="${finding.severity}"><strong>${finding.severity}</strong> ${escapeHtml(findingText(finding))}</li>`,
  );
  return items.length === 0 ? verdict : `${verdict}\n<ul class="findings">\n${items.join("\n")}\n</ul>`;
}

const inks: Readonly<Record<string, string>> = { red: "var(--red)", green: "var(--green)", blue: "var(--blue)" };

/** A curve for each channel, as high as its commonest value. */
function histogramFigure(histograms: readonly Histogram[], maximum: number): string {
  // A ground of one value is higher than all else together: the root lets the rest be seen.
  const heights = histograms.map(({ shares }) => shares.map(Math.sqrt));
  const highest = Math.max(...heights.flat(), 1e-9);
  const shapes = heights.map((of, i) => {
    const at = (bin: number, height: number) => `${bin},${(100 - (96 * height) / highest).toFixed(2)}`;
    const steps = of.flatMap((height, bin) => [at(bin, height), at(bin + 1, height)]).join(" ");
    const ink = inks[histograms[i].channel] ?? "var(--bar)";
    const fill = histograms.length === 1 ? ink : "none";
    return `<polyline points="0,100 ${steps} ${of.length},100" fill="${fill}" stroke="${ink}" stroke-width="1.5" vector-effect="non-scaling-stroke"/>`;
  });
  const names = histograms.map(({ channel }) => channel).join(", ");
  const caption = `<figcaption>pixels by value (${names}); height is the root of the share</figcaption>`;
  const svg = `<svg viewBox="0 0 ${heights[0].length} 100" preserveAspectRatio="none" role="img" aria-label="histogram of pixels">${shapes.join("")}</svg>`;
  return `<figure class="histogram">${svg}<div class="axis"><span>0</span><span>${maximum}</span></div>${caption}</figure>`;
}

function copiesSection({ copies, moreCopies }: DatasetView): string {
  const heading = "<h2>Copies and leaks";
  if (copies.length === 0) return `${heading} <small>none: no two images are equal or show the same</small></h2>`;
  const more = moreCopies > 0 ? `; ${count(moreCopies)} more groups` : "";
  const groups = copies.map(({ kind, members }) => {
    const figures = members.map(({ figure, name, split, className }) => {
      const caption = `${escapeHtml(name)}<br>${split}, ${escapeHtml(className)}`;
      return `<figure>${picture(figure, name)}<figcaption>${caption}</figcaption></figure>`;
    });
    return `<div><span class="note">${kind === "equal" ? "=" : "~"}</span>${figures.join("")}</div>`;
  });
  return `${heading} <small>= byte for byte, ~ to the eye; those on two sides of a split first${more}</small></h2>\n<div class="copies">\n${groups.join("\n")}\n</div>`;
}

function countTable({ classes, splits: { train, test, validation } }: Description): string {
  const others = [
    { name: "test", of: test },
    { name: "validation", of: validation },
  ].filter(({ of }) => of !== null);
  const most = Math.max(1, ...train.perClass);
  const rows = classes.map((name, label) => {
    const width = (100 * train.perClass[label]) / most;
    const cells = [train.perClass[label], ...others.map(({ of }) => of!.perClass[label])];
    return (
      `<tr><td class="n">${label}</td><td>${escapeHtml(name)}</td>` +
      cells.map((value) => `<td class="n">${count(value)}</td>`).join("") +
      `<td class="b"><i style="width:${width.toFixed(1)}%"></i></td></tr>`
    );
  });
  const head = `<tr><th class="n"></th><th>class</th><th class="n">train</th>${others.map(({ name }) => `<th class="n">${name}</th>`).join("")}<th></th></tr>`;
  return `<div class="wide"><table>\n${[head, ...rows].join("\n")}\n</table></div>`;
}

function meanFigure({ name, mean }: ClassView): string {
  return `<figure>${picture(mean, `mean of ${name}`)}<figcaption>${escapeHtml(name)}</figcaption></figure>`;
}

function classSection(
  { label, name, sheet, shown }: ClassView,
  { splits }: Description,
  split: SplitName,
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
