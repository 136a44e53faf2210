/** Images that need the package sharp: predicted where it is installed, and where it is not refused with its name. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import sharp from "sharp";
import { encodePng } from "../../src/formats/png.js";
import { serve } from "../../src/index.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { imagesOf, modelOf, root } from "../export/models.js";

const input = { height: 16, width: 16, channels: 3 as const };
const net = resolveNet(buildNet("conv 4x3 same >> relu >> flatten >> fc 4", { input, classes: 4 }));
const folder = mkdtempSync(join(tmpdir(), "heddle-webp-"));
const path = join(folder, "model.safetensors");
const pixels = imagesOf(net.spec, 1);
const png = encodePng({ ...input, channels: 3, pixels });
before(() => writeModel(path, modelOf(net).model, net.parameters, weightsOf(net, "f32")));
after(() => rmSync(folder, { recursive: true }));

async function post(url: string, body: Uint8Array): Promise<{ status: number; text: string }> {
  const reply = await fetch(`${url}/predict`, { method: "POST", body: Uint8Array.from(body) });
  return { status: reply.status, text: await reply.text() };
}

const raw = sharp(pixels, { raw: input });
const forms = {
  WebP: () => raw.clone().webp({ lossless: true }).toBuffer(),
  GIF: () => sharp(Buffer.alloc(768, 7), { raw: input }).gif().toBuffer(),
  TIFF: () => raw.clone().tiff({ compression: "none" }).toBuffer(),
  AVIF: () => raw.clone().avif({ lossless: true }).toBuffer(),
};

test("with sharp: the same answer as the same pixels as PNG; cut short it is 400", async (t) => {
  const server = await serve({ path, port: 0 });
  t.after(() => server.stop());
  const { url } = server;
  const wanted = await post(url, png);
  assert.equal(wanted.status, 200, wanted.text);
  for (const [form, file] of Object.entries(forms)) {
    const bytes = await file();
    const whole = await post(url, bytes);
    assert.equal(whole.status, 200, `${form}: ${whole.text}`);
    if (form === "WebP" || form === "TIFF") assert.equal(whole.text, wanted.text, form);
    const half = await post(url, bytes.subarray(0, bytes.length >> 1));
    assert.equal(half.status, 400, `${form}: ${half.text}`);
    assert.match(half.text, new RegExp(`expected a whole ${form} image`));
  }
});

/** Lets a process find no package sharp, as where it is not installed. */
const withoutSharp = `data:text/javascript,${encodeURIComponent(`
import { register } from "node:module";
const hooks = \`export function resolve(name, context, next) {
  if (name !== "sharp") return next(name, context);
  throw Object.assign(new Error("no sharp"), { code: "ERR_MODULE_NOT_FOUND" });
}\`;
register("data:text/javascript," + encodeURIComponent(hooks));
`)}`;

test("without sharp: 415 that names it, and PNG as ever", async (t) => {
  const args = ["--import", withoutSharp, join(root, "bin/heddle.js"), "serve", path, "--port", "0"];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => server.kill("SIGKILL"));
  const url = await new Promise<string>((resolve) =>
    server.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim())),
  );
  for (const [form, file] of Object.entries(forms)) {
    const { status, text } = await post(url, await file());
    assert.equal(status, 415, `${form}: ${text}`);
    assert.match(text, new RegExp(`the package sharp, which decodes ${form}, got no such package.*npm install sharp`));
  }
  assert.equal((await post(url, png)).status, 200);
});
