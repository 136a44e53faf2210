/** The page that tests look at: a LeNet-5 of weights that nobody trained, with names that a page must show as text. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import type { Page } from "playwright-core";
import { graphOf } from "../../src/export/graph.js";
import { answerTo, type PageModel } from "../../src/export/web/answer.js";
import { pageParts } from "../../src/export/web/page.js";
import { type Point, strokeImage } from "../../src/export/web/strokes.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { closeBrowser } from "../report/browser.js";
import { nextFrames } from "../report/in-page/predict.js";
import { constantsOf, modelOf } from "./models.js";

export const folder = mkdtempSync(join(tmpdir(), "heddle-web-"));
after(async () => {
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

export const names = [
  "</script><img src=x onerror=alert(1)>",
  "<!--<script>",
  ...Array.from({ length: 8 }, (_, i) => `n${i}`),
];
const net = resolveNet(buildNet("lenet5", {}));
export const file = modelOf(net, { classNames: names, tensors: weightsOf(net, "f32", 0.1) });
export const graph = graphOf(file, { preprocessing: true });
export const path = join(folder, "page.html");
writeFileSync(path, Buffer.concat(pageParts(graph)));
export const source = join(folder, "model.safetensors");
writeModel(source, file.model, net.parameters, weightsOf(net, "f32", 0.1));

export const seven: Point[] = [
  [0.25, 0.2],
  [0.75, 0.2],
  [0.45, 0.8],
].map(([x, y]) => ({ x, y }));
export const moved = (points: readonly Point[], scale: number, x: number, y: number): Point[] =>
  points.map((point) => ({ x: point.x * scale + x, y: point.y * scale + y }));

/** What Node answers to the same strokes. */
export function answerInNode(strokes: readonly Point[][], constants = constantsOf(graph.tensors)) {
  const { preprocessing, classNames } = file.model;
  const page: PageModel = { nodes: graph.nodes, tensors: [], classNames, preprocessing, fit: "pad", usual: null };
  const image = strokeImage(strokes)!;
  return answerTo(page, constants, image, { prepare: "mnist", invert: "auto" });
}

export async function draw(page: Page, points: readonly Point[]): Promise<void> {
  const box = (await page.locator("#surface").boundingBox())!;
  const at = ({ x, y }: Point): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(points[0]));
  await page.mouse.down();
  for (const point of points.slice(1)) await page.mouse.move(...at(point), { steps: 12 });
  await page.mouse.up();
  await page.locator("#classes li").first().waitFor();
  await page.evaluate(nextFrames);
}
