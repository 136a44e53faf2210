/** Of more classes than a table shows, each is found by its name. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Answers } from "../../src/metrics/answers.js";
import { html } from "../../src/report/html.js";
import { pageText } from "../../src/report/page.js";
import type { ReportRun } from "../../src/report/section.js";
import { classes } from "../../src/report/sections/classes.js";
import { closeBrowser, layoutFaults, noBrowser, openFile, phone } from "./browser.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-filter-"));
after(async () => {
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

const names = Array.from({ length: 1000 }, (_, i) => `class ${i}`);
names[7] = "</script><img src=x onerror=window.pwned=1>";

/** Answers on a sample of each class: the higher its number, the likelier it is right. */
async function pageOf(count: number): Promise<string> {
  const labels = Array.from({ length: count }, (_, i) => i);
  const predicted = labels.map((label) => (label < 40 ? 0 : label));
  const logits = new Float32Array(count * count);
  const answers = new Answers({ classes: count, labels, predicted, losses: labels.map(() => 1), logits });
  const of = { split: "test", epoch: 1, weights: "best", averaged: false, augmented: false, samples: count } as const;
  const measured = {
    classNames: names.slice(0, count),
    splits: [{ name: "test", answers, score: { ...of, values: {} } }],
  };
  const run = { measured: () => Promise.resolve(measured) } as unknown as ReportRun;
  const { content } = (await classes.tell(run))!;
  return pageText({ title: "t", lead: html``, parts: [{ id: "classes", title: "c", content }], footer: html`` });
}

test("a table of the worst thirty finds any of a thousand classes by name", { skip: noBrowser }, async (t) => {
  const path = join(folder, "many.html");
  writeFileSync(path, await pageOf(1000));
  const { page, complaints } = await openFile(t, path, { viewport: phone });
  const table = page.locator(".filtered table");
  assert.equal(await table.locator("tbody tr").count(), 30);
  const said = await table.locator("caption").textContent();
  await page.getByRole("searchbox").fill("CLASS 99");
  assert.equal(await table.locator("caption").textContent(), '11 with "CLASS 99" in the name');
  assert.equal(await table.locator("tbody tr").count(), 11);
  assert.match((await table.locator("tbody").textContent()) ?? "", /class 99100\.00 %.*class 999100\.00 %/);
  await page.getByRole("searchbox").fill("<img");
  assert.equal(await table.locator("tbody th").textContent(), names[7]);
  await page.getByRole("searchbox").fill("");
  assert.equal(await table.locator("tbody tr").count(), 30);
  assert.equal(await table.locator("caption").textContent(), said);
  assert.equal(await page.evaluate("window.pwned"), undefined);
  assert.deepEqual(await layoutFaults(page), []);
  assert.deepEqual(complaints, []);
});

test("few classes have their table whole, and no filter", async () => {
  const text = await pageOf(30);
  assert.doesNotMatch(text, /type="search"/);
  assert.equal([...text.matchAll(/<th scope="row">class /g)].length, 29 + 19);
});
