/** A set of big images that is large when decoded and small on disk, and what a process holds by itself that trains on it. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statfsSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { canMap } from "../../src/base/map-file.js";
import { encodePng } from "../../src/formats/png.js";

const bin = fileURLToPath(new URL("../../../bin/heddle.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "heddle-large-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const [side, channels] = [512, 3] as const;
const imageBytes = side * side * channels;
/** Stripes, across or down, that need no time to pack. */
function image(number: number, label: number): Uint8Array {
  const pixels = new Uint8Array(imageBytes);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = (((label === 0 ? y : x) >> 5) + number) & 7;
      pixels.fill(30 * at + (number & 15), (y * side + x) * channels, (y * side + x + 1) * channels);
    }
  }
  return encodePng({ width: side, height: side, channels, pixels });
}

/** What the process holds: RssAnon and RssShmem, in bytes. */
function heldBy(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return ["RssAnon", "RssShmem"].reduce((sum, name) => {
      return sum + 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status)?.[1] ?? 0);
    }, 0);
  } catch {
    return 0;
  }
}

async function measured(args: readonly string[]): Promise<{ most: number; stdout: string; seconds: number }> {
  const env = { ...process.env, HEDDLE_CACHE_DIR: join(folder, "cache") };
  const started = performance.now();
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  let [most, stdout] = [0, ""];
  const timer = setInterval(() => (most = Math.max(most, heldBy(child.pid!))), 100);
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearInterval(timer);
  assert.equal(code, 0);
  return { most, stdout, seconds: (performance.now() - started) / 1000 };
}

export interface LargeSet {
  /** Images of training and test split, 786 KB each when decoded. */
  readonly trained: number;
  readonly tested: number;
}

/** Why it cannot be made here; false where it can. */
export function lacking({ trained, tested }: LargeSet): string | false {
  if (!canMap()) return "no addon";
  const { bavail, bsize } = statfsSync(folder);
  const bytes = 1.5 * (trained + tested) * imageBytes;
  return bavail * bsize < bytes && `no ${Math.round(bytes / 1e9)} GB of disk`;
}

/** Trains twice, from a cold cache and from a warm one: the same bytes, and never more held than `allowed`. */
export async function trainsWithin(allowed: number, { trained, tested }: LargeSet): Promise<void> {
  // Few different files, under many names: what is decoded counts.
  const different = Array.from({ length: 32 }, (_, i) => image(i >> 1, i & 1));
  for (let i = 0; i < trained + tested; i++) {
    const label = i % 2;
    const parent = join(folder, "set", i < trained ? "train" : "test", label === 0 ? "across" : "down");
    mkdirSync(parent, { recursive: true });
    const path = join(parent, `${i}.png`);
    writeFileSync(path, different[i % 32]);
    utimesSync(path, 1000, 1000);
  }
  const net = ["--model", "[pool 8]*2 >> fc 2", "--epochs", "1", "--batch-size", "16", "--augment", "none"];
  const args = ["train", "--dataset", "folder:set", ...net, "--out", "none", "--json", "--quiet"];
  const cold = await measured(args);
  const warm = await measured(args);
  const hashOf = ({ stdout }: { stdout: string }) => (JSON.parse(stdout) as { weightsHash: string }).weightsHash;
  assert.equal(hashOf(warm), hashOf(cold));
  console.log(
    [cold, warm].map(({ most, seconds }) => `${(most / 1e6).toFixed(0)} MB, ${seconds.toFixed(0)} s`).join("; "),
  );
  for (const { most } of [cold, warm]) assert.ok(most < allowed, `${Math.round(most / 1e6)} MB`);
}
