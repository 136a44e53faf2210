/** A model as one HTML file that predicts by itself: model and kernels are inside, nothing is fetched. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { bytesOf } from "../../base/numbers.js";
import { fileReadingOf, trainedBorder } from "../../inference/reading.js";
import type { Graph } from "../graph.js";
import type { PageModel } from "./answer.js";
import { bundle } from "./bundle.js";

/** Bytes that become text at a time. */
const partBytes = 2 ** 20;

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Data for a script: no string can end the element that it stands in. */
const dataText = (data: unknown): string => JSON.stringify(data).replaceAll("<", "\\u003c");

/** UTF-8, in parts: of a large model no text of the whole is made. `Content-Security-Policy` allows what is inside alone. */
export function pageParts({ nodes, tensors, model }: Graph): Uint8Array[] {
  const here = (path: string): URL => new URL(path, import.meta.url);
  const script = `${bundle([here("./answer.js"), here("./strokes.js"), here("./fast.js")], "heddle")}\nglobalThis.heddle = heddle;\n${readFileSync(here("./client/page.js"), "utf8")}`;
  const { fit = "pad", paper, maximum } = fileReadingOf(model);
  const page: PageModel = {
    nodes,
    tensors: tensors.map(({ name, shape, data }) =>
      data instanceof Float32Array ? { name, shape } : { name, shape, whole: data },
    ),
    classNames: model.classNames,
    preprocessing: model.preprocessing,
    fit,
    ...{ paper, maximum },
    usual: trainedBorder(model),
  };
  const floats = tensors.flatMap(({ data }) => (data instanceof Float32Array ? [bytesOf(data)] : []));
  const draws = model.preprocessing.channels === 1;
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)} 'wasm-unsafe-eval'; img-src data:; base-uri 'none'; form-action 'none'`;
  const before = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A net by Heddle</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<main>
<h1>${draws ? "Draw, or choose a photo" : "Choose a photo"}</h1>
<noscript><p>This page computes by scripts, which are off here. iPhones and iPads open no local file with scripts: run <code>heddle serve RUN --host 0.0.0.0</code> on a computer in the same network and open its address.</p></noscript>
<p id="said" role="status">Loading.</p>
<div class="sides">
<section aria-label="Input">
<canvas id="surface" role="img" aria-label="Surface to draw on with a pointer"${draws ? "" : " hidden"}></canvas>
<p><button id="clear" type="button"${draws ? "" : " hidden"}>Clear</button></p>
<p><label for="photo">Photo</label> <input id="photo" type="file" accept="image/*"></p>
<p${draws ? "" : " hidden"}><label><input id="digit" type="checkbox"${draws ? " checked" : ""}> the photo shows one drawn digit</label></p>
</section>
<section aria-label="Answer">
<p id="near"></p>
<ol id="classes"></ol>
<div id="seen-part" hidden>
<h2>What the net sees</h2>
<canvas id="seen" role="img" aria-label="the net's input"></canvas>
<p id="steps"></p>
</div>
<div id="maps-part" hidden>
<h2>What the first convolution makes of it</h2>
<div id="maps"></div>
</div>
</section>
</div>
<footer>${draws ? "Drawings are prepared as MNIST's digits were: ink bright on black, its bounding box brought to 20x20, centered by mass in 28x28. " : ""}Computed in this page on one thread<span id="by"></span>; nothing is sent anywhere.</footer>
</main>
<script type="application/json" id="model">${dataText(page)}</script>
<script type="text/plain" id="weights">`;
  const after = `</script>
<script type="text/plain" id="kernels">${fastModule().toString("base64")}</script>
<script type="module">${script}</script>
</body>
</html>
`;
  return [Buffer.from(before), ...base64Parts(floats), Buffer.from(after)];
}

/** What stands one after the other, as one text. */
function base64Parts(all: readonly Uint8Array[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  let kept = Buffer.alloc(0);
  for (const bytes of all) {
    for (let first = 0; first < bytes.length; first += partBytes) {
      const joined = Buffer.concat([kept, bytes.subarray(first, first + partBytes)]);
      const whole = joined.length - (joined.length % 3); // three bytes are four letters
      parts.push(Buffer.from(joined.toString("base64", 0, whole), "latin1"));
      kept = joined.subarray(whole);
    }
  }
  return [...parts, Buffer.from(kept.toString("base64"), "latin1")];
}

/** Kernels of WebAssembly SIMD (`native/wasm`). */
export const fastModule = (): Buffer => readFileSync(new URL("../../../../native/wasm/kernels.wasm", import.meta.url));

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
h2 { font-size: 1rem; margin: 1rem 0 0.3rem; }
.sides { display: grid; gap: 1.5rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); }
[hidden] { display: none !important; }
#surface { width: 100%; max-width: 24rem; aspect-ratio: 1; display: block; background: #fff; border: 2px solid GrayText; border-radius: 0.5rem; touch-action: none; cursor: crosshair; }
#said { font-size: 1.6rem; margin: 0 0 0.5rem; overflow-wrap: anywhere; }
#classes { list-style: none; margin: 0; padding: 0; }
#classes li { display: grid; grid-template-columns: minmax(2rem, 9rem) 1fr 4.5rem; gap: 0.6rem; align-items: center; }
#classes span { overflow-wrap: anywhere; }
#classes span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
meter { width: 100%; height: 1.1rem; }
#seen { width: 7rem; image-rendering: pixelated; border: 1px solid GrayText; }
#maps { display: flex; flex-wrap: wrap; gap: 4px; }
#maps canvas { width: 3.4rem; image-rendering: pixelated; }
button, input { font: inherit; min-height: 2.75rem; max-width: 100%; }
input[type="checkbox"] { min-height: 0; width: 1.3rem; height: 1.3rem; vertical-align: -0.2rem; }
button { padding: 0 1.2rem; }
#near { margin: 0 0 0.5rem; overflow-wrap: anywhere; }
#near:empty { display: none; }
#steps, footer { font-size: 0.9rem; }
footer { margin-top: 1.5rem; }
`;
