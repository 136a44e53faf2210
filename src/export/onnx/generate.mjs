/**
 * Makes onnx_pb.ts from onnx.proto. The generators are no dependencies of the project: install them in a folder of their own,
 *
 *   npm install @bufbuild/buf@1.75.0 @bufbuild/protoc-gen-es@2.13.0
 *
 * and say where: `node src/export/onnx/generate.mjs FOLDER`.
 */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const [tools] = process.argv.slice(2);
if (tools === undefined) throw new Error("usage: node src/export/onnx/generate.mjs FOLDER");
const bin = resolve(tools, "node_modules/.bin");
const here = fileURLToPath(new URL(".", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "onnx-"));
try {
  copyFileSync(join(here, "onnx.proto"), join(folder, "onnx.proto"));
  const template = { version: "v2", plugins: [{ local: "protoc-gen-es", out: "out", opt: "target=ts" }] };
  writeFileSync(join(folder, "buf.gen.yaml"), JSON.stringify(template));
  writeFileSync(join(folder, "buf.yaml"), JSON.stringify({ version: "v2" }));
  const env = { ...process.env, PATH: bin + delimiter + process.env.PATH };
  execFileSync(join(bin, "buf"), ["generate"], { cwd: folder, env, stdio: "inherit" });
  copyFileSync(join(folder, "out", "onnx_pb.ts"), join(here, "onnx_pb.ts"));
} finally {
  rmSync(folder, { recursive: true });
}
