/**
 * A pack under other versions of Node than this one, which npm has as packages: Node alone in the PATH and nothing else in the
 * environment, no network and no right to write where the system can take them away, with the addon and without.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { packModel } from "../../src/index.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { npy } from "../data/numpy-maker.js";
import { imagesOf, modelOf } from "../export/models.js";
import { fetchNode, nodePackage, nodeVersions } from "./nodes.js";

const home = mkdtempSync(join(tmpdir(), "heddle-nodes-"));
const [whole, bare, images] = [join(home, "net"), join(home, "bare"), join(home, "images.npy")];
let wanted: string;

before(async () => {
  const input = { height: 12, width: 10, channels: 3 };
  const net = resolveNet(
    buildNet("conv 20x3 >> bn >> relu >> pool 2 >> flatten >> fc 12 >> gelu >> fc 5", { input, classes: 5 }),
  );
  const source = join(home, "model.safetensors");
  writeModel(source, modelOf(net).model, net.parameters, weightsOf(net, "f32", 0.3));
  await packModel({ path: source, out: whole });
  // As on npm's own folders below node_modules, where Node runs no TypeScript.
  cpSync(whole, join(home, "node_modules", "net"), { recursive: true });
  cpSync(whole, bare, { recursive: true });
  rmSync(join(bare, "addon"), { recursive: true });
  writeFileSync(images, npy({ descr: "|u1", shape: [50, 12, 10, 3], bytes: imagesOf(net.spec, 50) }));
  chmodSync(home, 0o755);
  wanted = predictedBy(process.execPath, whole).stdout;
  assert.match(wanted, /\S/);
});
after(() => rmSync(home, { recursive: true }));

/** Without network and without a user's rights where we may take them away. */
function predictedBy(node: string, pack: string): { status: number | null; stdout: string; stderr: string } {
  const walls = process.getuid?.() === 0 ? ["unshare", "--net", "setpriv", "--reuid=65534", "--clear-groups"] : [];
  const [program, ...args] = [...walls, node, join(pack, "predict.js"), images];
  return spawnSync(program, args, {
    cwd: "/",
    env: { PATH: `${dirname(node)}${walls.length > 0 ? ":/usr/bin" : ""}` },
    encoding: "utf8",
  });
}

for (const version of nodeVersions) {
  test(`Node ${version}`, (t) => {
    const node = fetchNode(home, version);
    if (node === null) return t.skip(`npm gives no ${nodePackage}@${version} here`);
    for (const [pack, notes] of [
      [whole, /^$/],
      [join(home, "node_modules", "net"), /^$/],
      [bare, /no addon for/],
    ] as const) {
      const { status, stdout, stderr } = predictedBy(node, pack);
      assert.equal(status, 0, stderr);
      assert.equal(stdout, wanted);
      assert.match(stderr, notes);
    }
  });
}
