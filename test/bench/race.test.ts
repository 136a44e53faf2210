/** `bench/race.mjs --check`: which ratios of a race fell, on pages as it writes them. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { benchFolder } from "./moment.js";

interface Fallen {
  readonly ratiosOf: (page: string) => Map<string, number>;
  readonly fallen: (
    before: string,
    now: string,
  ) => { compared: number; fell: { name: string; from: number; to: number }[] };
}
const { ratiosOf, fallen } = (await import(pathToFileURL(join(benchFolder, "race/fallen.mjs")).href)) as Fallen;

const page = (version: string, torch: number, keras: number, gemm: number): string => `# A machine
| shape |  | Heddle | of peak | blis | ratio |
| --- | ---: | ---: | ---: | ---: | ---: |
| 64x64x64 | f32 | 256.2 | 94 % | 65.1 | **${gemm}** |

| net | batch | threads | Heddle ms | times 1 thread | PyTorch ${version} ms | times | Keras 2.21.0 ms | times |
| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
| lenet5 | 64 | 2 | 0.7 | 1.97 | 2.3 | **${torch}** | 2.1 | **${keras}** |
`;

test("ratios have the name of their row and of their peer, without its version", () => {
  assert.deepEqual(
    [...ratiosOf(page("1.13.0a0", 3.2, 3, 0.98))],
    [
      ["64x64x64 f32, ratio", 0.98],
      ["lenet5 64 2, PyTorch", 3.2],
      ["lenet5 64 2, Keras", 3],
    ],
  );
});

test("a ratio that is lower by more than a twentieth fell; a little noise, a new peer and a newer version are none", () => {
  const before = page("1.13.0a0", 3.2, 3, 1);
  assert.deepEqual(fallen(before, page("2.15.0+cpu", 3.05, 9, 0.96)), { compared: 3, fell: [] });
  const { fell } = fallen(before, page("2.15.0+cpu", 3.2, 2.84, 0.94));
  assert.deepEqual(fell, [
    { name: "64x64x64 f32, ratio", from: 1, to: 0.94 },
    { name: "lenet5 64 2, Keras", from: 3, to: 2.84 },
  ]);
  assert.deepEqual(fallen(before, "# Nothing\n"), { compared: 0, fell: [] });
});

test("the committed races have ratios that can be compared", () => {
  const results = join(benchFolder, "results");
  const races = readdirSync(results).filter((name) => name.includes("zen5"));
  assert.ok(races.length > 0);
  for (const name of races) assert.ok(ratiosOf(readFileSync(join(results, name), "utf8")).size > 20, name);
});
