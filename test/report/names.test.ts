/** Names of any kind in pictures, in a real browser: nothing overlaps, each file is XML, and looks as it does in the page. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { figure } from "../../src/report/charts/figure.js";
import { lineChart } from "../../src/report/charts/line-chart.js";
import { matrixChart } from "../../src/report/charts/matrix-chart.js";
import { asFile, inPage, type Picture } from "../../src/report/charts/picture.js";
import { reliabilityChart } from "../../src/report/charts/reliability.js";
import { html, raw } from "../../src/report/html.js";
import { pageText } from "../../src/report/page.js";
import type { Figure } from "../../src/report/section.js";
import { pageStyle } from "../../src/report/style.js";
import { closeBrowser, desktop, layoutFaults, noBrowser, openFile, phone } from "./browser.js";
import { readsAsXml } from "./in-page/xml.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-names-"));
after(async () => {
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

const names = [
  ...[
    "</script><script>window.pwned=1</script>",
    "<!--<script>",
    '"><img src=x onerror=window.pwned=1>',
    "]]>&#0;&amp;",
  ],
  ...["W".repeat(30), "i".repeat(30), "قطة".repeat(10), "a b ".repeat(50), `${"W".repeat(50)}X`, `${"W".repeat(50)}Y`],
  ...[
    "\u0003bell\u001b[2J\u009b31m",
    "\u202eabc",
    "👩‍🔬 قطة",
    'it\'s "q" & <b>',
    " ",
    "__proto__",
    "constructor",
    "10",
    "2",
  ],
];

/** `count` classes, each confused with its neighbors, in numbers of up to so many digits. */
function matrixOf(count: number, digits: number): Figure {
  const some = Array.from({ length: count }, (_, i) => names[i] ?? `class ${i}`);
  const counts = some.map((_, t) => some.map((__, p) => (Math.abs(t - p) < 3 ? 10 ** ((t + 3 * p) % digits) : 0)));
  const drawn = { title: "Confusion matrix", sentence: names.join(), names: some, counts };
  return { name: `matrix-${count}`, draw: (width) => matrixChart(drawn, width) };
}

const lines: Figure = {
  name: "lines",
  draw: (width) =>
    lineChart(
      {
        title: names[0],
        sentence: names[2],
        series: names.slice(4, 8).map((name, tone) => ({
          ...{ name, tone, kind: "line" as const },
          points: Array.from({ length: 30 }, (_, i) => [i + 1, i === 9 ? null : 1e5 / (i + tone + 1)] as const),
        })),
        x: { name: "epoch", from: 1, to: 30 },
        y: { name: "loss", text: (value) => `${value}`, zero: true },
        mark: { x: 30, name: "best epoch 30" },
      },
      width,
    ),
};

const bins = [0, 7, 14].map((bin) => ({ bin, count: 5, accuracy: 0.6, confidence: (bin + 0.5) / 15 }));
const sureness: Figure = {
  name: "calibration",
  draw: (width) => reliabilityChart({ title: "t", sentence: "s", bins, count: 15 }, width),
};

const figures = [matrixOf(2, 4), matrixOf(10, 4), matrixOf(names.length, 1), matrixOf(30, 1), lines, sureness];

function pageOf(): string {
  const content = html`${figures.map((each, i) => figure(each, { id: `f${i}`, size: i % 2 ? "full" : "half" }))}`;
  const path = join(folder, "page.html");
  const part = { id: "p", title: names[0], content };
  writeFileSync(path, pageText({ title: names[1], lead: html``, parts: [part], footer: html`` }));
  return path;
}

for (const [name, viewport] of Object.entries({ phone, desktop })) {
  test(`${name}: no text lies over another, whatever the names`, { skip: noBrowser }, async (t) => {
    const { page, complaints } = await openFile(t, pageOf(), { viewport });
    assert.deepEqual(await layoutFaults(page), []);
    assert.deepEqual(complaints, []);
    assert.equal(await page.evaluate("window.pwned"), undefined);
  });
}

/** As large as the picture, in the corner of what is opened. */
async function look(page: Page, path: string, { width, height }: Picture): Promise<Buffer> {
  await page.goto(pathToFileURL(path).href);
  return page.screenshot({ clip: { x: 0, y: 0, width, height } });
}

test("a figure's file is XML, and shows what the page shows in light", { skip: noBrowser }, async (t) => {
  const { page } = await openFile(t, pageOf(), { viewport: desktop });
  for (const { name, draw } of figures) {
    const picture = draw(440);
    const file = asFile(picture);
    assert.equal(await page.evaluate(readsAsXml, file), "http://www.w3.org/2000/svg", name);
    const [svg, within] = [join(folder, `${name}.svg`), join(folder, `${name}.html`)];
    writeFileSync(svg, file);
    // As the page has it, at its own size in the corner.
    const style = html`<style>${raw(pageStyle())}body{background:var(--card)}</style>`;
    writeFileSync(within, html`<!doctype html><meta charset="utf-8">${style}<body>${inPage(picture, "one")}`.text);
    const [shown, saved] = [await look(page, within, picture), await look(page, svg, picture)];
    assert.ok(shown.equals(saved), `${name} as a file looks otherwise`);
  }
});
