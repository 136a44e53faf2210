/** Reports of runs whose classes are strange: a thousand of them, one alone, names that are markup or steer a terminal. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { npz } from "../data/numpy-maker.js";
import { root } from "../export/models.js";
import { closeBrowser, desktop, layoutFaults, noBrowser, openFile, phone } from "../report/browser.js";

const home = mkdtempSync(join(tmpdir(), "heddle-classes-"));
after(async () => {
  await closeBrowser();
  rmSync(home, { recursive: true });
});

const hostile = [
  "</script><img src=x onerror=alert(1)>",
  "<!--<script>",
  "\u001b[31mred\u001b[0m",
  "\u202egnp.exe",
  "\"quoted\" & 'so'",
  ...["a".repeat(90), "W".repeat(30), "i".repeat(30), "قطة".repeat(20), " ", "__proto__", "constructor", "=1+1"],
  "鳥 🐦",
  "]]>",
];

/** UTF-32, little end first, as numpy keeps texts. */
function texts(names: readonly string[]): { descr: string; shape: number[]; bytes: Uint8Array } {
  const most = Math.max(...names.map((name) => [...name].length));
  const codes = new Uint32Array(most * names.length);
  for (const [i, name] of names.entries()) [...name].forEach((sign, j) => (codes[i * most + j] = sign.codePointAt(0)!));
  return { descr: `<U${most}`, shape: [names.length], bytes: new Uint8Array(codes.buffer) };
}

/** Trains on images whose brightness says a little of their class; gives the run's folder, or why there is none. */
function trained(
  title: string,
  names: readonly string[],
  each: number,
): { run: string; status: number | null; stderr: string } {
  const classes = names.length;
  const count = classes * each;
  const images = Uint8Array.from(
    { length: count * 36 },
    (_, at) => ((Math.floor(at / 36) % classes) * 7 + at * 31) & 255,
  );
  const labels = new Int32Array(count).map((_, i) => i % classes);
  const part = {
    x: { shape: [count, 6, 6], bytes: images },
    y: { descr: "<i4", shape: [count], bytes: new Uint8Array(labels.buffer) },
  };
  const file = join(home, `${title}.npz`);
  writeFileSync(
    file,
    npz({ x_train: part.x, y_train: part.y, x_test: part.x, y_test: part.y, class_names: texts(names) }),
  );
  const run = join(home, title);
  const args = ["train", "--dataset", `npz:${file}`, "--model", "mlp:8", "--epochs", "2", "--quiet", "--out", run];
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(root, "bin/heddle.js"), ...args], {
    encoding: "utf8",
  });
  // Nothing steers the terminal: neither the escape nor the sign that turns the direction of writing.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  const [steers] = /.{0,40}(?:\u001b\[31m|\u202e).{0,20}/u.exec(stdout + stderr) ?? [];
  assert.equal(steers, undefined, "names reach the terminal as they are");
  return { run, status, stderr };
}

for (const [title, names, each] of [
  ["hostile", hostile, 12],
  ["thousand", Array.from({ length: 1000 }, (_, i) => (i < hostile.length ? hostile[i] : `class number ${i}`)), 3],
] as const) {
  test(`${title}: ${names.length} classes: the page is small, keeps names as text, and nothing overlaps`, async (t) => {
    const { run, status, stderr } = trained(title, names, each);
    assert.equal(status, 0, stderr);
    const page = join(run, "report.html");
    assert.ok(statSync(page).size < 5e6, `${statSync(page).size} bytes`);
    const text = readFileSync(page, "utf8");
    for (const raw of ["<img src=x", "\u202e", "\u001b"]) {
      const place = text.indexOf(raw);
      assert.equal(place, -1, JSON.stringify(text.slice(place - 120, place + 40)));
    }
    if (noBrowser) return t.diagnostic(String(noBrowser));
    for (const viewport of [phone, desktop]) {
      const { page: shown, complaints } = await openFile(t, page, { viewport });
      assert.deepEqual(await layoutFaults(shown), []);
      assert.deepEqual(complaints, []);
      assert.ok(Number(await shown.evaluate("document.querySelectorAll('*').length")) < 20_000);
      assert.equal(
        await shown.evaluate(
          "document.images.length > 0 && [...document.images].every((i) => i.src.startsWith('data:'))",
        ),
        true,
      );
    }
  });
}

test("one class: a run and its page, or one line that says why not", () => {
  const { run, status, stderr } = trained("one", ["all"], 40);
  if (status === 0) assert.ok(statSync(join(run, "report.html")).size > 1000);
  else {
    assert.equal(status, 3, stderr);
    assert.match(stderr, /class/);
    assert.equal(stderr.trim().split("\n").length, 1, stderr);
  }
});
