/** Each check of data: what it finds, in words with names and counts, and that a good set passes in silence. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../../src/base/finding.js";
import type { Split } from "../../src/base/shape.js";
import { dataChecks, hopelessData } from "../../src/data/checks/index.js";
import { check, flat, type Given, imageOf, some } from "./checked-set.js";
import { saying } from "./fixtures.js";

const lines = (findings: readonly Finding[]): string[] =>
  findings.map(({ id, severity, evidence, fix }) => `${severity} ${id}: ${evidence} ${fix}`);

/** By the check's name: what is given, and a line of what is found; no line where it must stay silent. */
const cases: Record<string, [what: string, given: Given, ...says: RegExp[]][]> = {
  published: [
    [
      "another number of images",
      { train: some(9), test: some(5, 100), set: { name: "mnist" } },
      /^note not-published: These are not the published files of mnist: 18 \+ 10 images, not 60,000 \+ 10,000\. heddle data verify mnist compares them\./m,
    ],
    ["what is missing is told elsewhere", { train: some(9), set: { name: "mnist", incomplete: ["a file"] } }],
    ["a set of one's own", { train: some(9) }],
  ],
  classes: [
    [
      "one class",
      { train: [1, 2, 3].map((image) => ({ label: 1, image })) },
      /^error one-class: All \d images to train on are of one class, bee/m,
    ],
    [
      "sorted by class, the last held back",
      {
        train: some(5).sort((a, b) => a.label - b.label),
        config: { validation: 5, validationSplit: "sequential" },
      },
      /^error one-class: .* of one class, ant.* leave --validation-split sequential out/m,
    ],
    [
      "a class without a training image",
      { train: some(9), test: [{ label: 2, image: 99 }, ...some(3, 100)], classes: ["ant", "bee", "cat"] },
      /^warning class-without-training: No image to train on: cat\./m,
    ],
    [
      "a class without a test image",
      { train: some(9), test: [{ label: 1, image: 99 }] },
      /^warning class-without-test: No image to test on: ant: 1 image of bee alone\. The score says nothing of them\./m,
    ],
    [
      "a class without a validation image",
      { train: some(9), validation: [{ label: 0, image: 99 }] },
      /^warning class-without-validation: No image to validate on: bee/m,
    ],
    [
      "images of several classes each, written with bars",
      { train: some(9), classes: ["ant", "ant|bee"], test: some(3, 100) },
    ],
    [
      "the same, where the parts are classes too",
      {
        train: [...some(9), { label: 2, image: 98 }, { label: 2, image: 99 }],
        classes: ["ant", "bee", "['bee', 'ant']"],
      },
      /^warning classes-combined: Classes made of the names of others: "\['bee', 'ant'\]" \(bee and ant\)\. .* \(multi-label\)\./m,
    ],
    [
      "one image of each class",
      { train: [0, 1].map((label) => ({ label, image: label })) },
      /^warning no-validation: No class has two images/m,
    ],
  ],
  blank: [
    [
      "all of them",
      { train: [0, 1, 0, 1].map((label) => ({ label, image: flat(7) })) },
      /^error all-blank: All 4 images of the train split are one color/m,
    ],
    [
      "a test split",
      { train: some(9), test: [0, 1].map((label) => ({ label, image: flat(0) })) },
      /^warning all-blank: All 2 images of the test split/m,
    ],
    [
      "some among good ones",
      { train: [...some(9), { label: 0, image: flat(255) }] },
      /^warning blank-images: 1 of 19 images of the train split is blank \(one color\): train image 18 \(all 255\)\./m,
    ],
  ],
  range: [
    [
      "0 and 1",
      { train: some(9).map((sample, i) => ({ ...sample, image: Uint8Array.of(i & 1, i & 2 ? 1 : 0, 1, 0, 0, 1) })) },
      /^warning low-range: No value above 1 of 255.* say --maximum 1\./m,
    ],
    [
      "0 to 16",
      { train: some(9).map((sample, i) => ({ ...sample, image: Uint8Array.of(i, 16, 3, 0, 1, 2) })) },
      /^warning low-range: No value above 17 of 255.* If 31 is white in them, say --maximum 31\./m,
    ],
    [
      "counts of dots, 0 to 16",
      { train: some(9).map((sample, i) => ({ ...sample, image: Uint8Array.of(i % 16, 16, 3, 0, 1, 2) })) },
      /^warning low-range: No value above 16 of 255.* say --maximum 16\./m,
    ],
    [
      "0 and 1 in a split",
      {
        train: some(9),
        test: [1, 2, 3].map((i) => ({ label: i & 1, image: Uint8Array.of(i & 1, i >> 1, 1, 0, 0, 1) })),
      },
      /^warning low-range: No value above 1 of 255 in the test split: .* Scale all to 0\.\.255/m,
    ],
    [
      "some images divided by 255",
      {
        train: [...some(9), { label: 0, image: Uint8Array.of(0, 1, 1, 0, 0, 1) }],
        config: { validation: 0 },
      },
      /^warning faint-images: 1 of 19 images of the train split has no value above 1 of 255, as if divided by 255 before: train image 18\./m,
    ],
    [
      "a range of its own",
      {
        train: some(9).map(({ label }, i) => ({ label, image: Uint8Array.of(i, 16, 3, 0, 1, 2) })),
        set: { maximum: 16 },
      },
    ],
  ],
  copies: [
    [
      "in train and test",
      { train: some(9), test: [{ label: 0, image: 4 }, ...some(2, 100)] },
      /^warning leak-test: 1 image of the test split is trained( or validated)? on too: train image 4 = test image 0\. Its score is too good/m,
    ],
    [
      "in train and validation",
      { train: some(9), validation: [{ label: 0, image: 4 }, ...some(2, 100)] },
      /^warning leak-validation: 1 image of the validation split is trained on too.*--group-by/m,
    ],
    [
      "in validation and test",
      { train: some(9), validation: some(3, 50), test: [{ label: 0, image: 50 }, ...some(2, 100)] },
      /^warning leak-test: 1 image of the test split is trained or validated on too: validation image 0 = test image 0\./m,
    ],
    [
      "under two labels",
      { train: [...some(9), { label: 1, image: 0 }], config: { validation: 0 } },
      /^warning two-labels: 1 image under two labels: train image 0 \(ant\) = train image 18 \(bee\)\. Only one/m,
    ],
    [
      "twice in train",
      { train: [...some(9), { label: 0, image: 0 }], config: { validation: 0 } },
      /^note repeats: 1 image to train on repeats another: train image 0 = train image 18\./m,
    ],
  ],
  near: [
    [
      "in two splits, and under two labels",
      { train: some(9), test: some(3, 100), near: [[0, 18, 19]], config: { validation: 0 } },
      /^warning near-test: 2 images of the test split show what is trained on too: train image 0 ~ test image 0, /m,
      /^warning near-labels: 1 image shows what another shows under two labels: train image 0 ~ test image 1/m,
    ],
    [
      "twice in what is trained on",
      { train: some(9), near: [[0, 2]], config: { validation: 0 } },
      /^note near-repeats: 1 image/m,
    ],
    [
      "equal ones are told of as copies",
      { train: [...some(9), { label: 0, image: 0 }], near: [[0, 18]], config: { validation: 0 } },
      /^note repeats/m,
    ],
  ],
  groups: [
    [
      "some of a group to train on, others to be measured by",
      {
        train: some(9).map((sample, i) => ({ ...sample, name: `train/bug${i}_1.png` })),
        test: some(3, 100).map((sample, i) => ({ ...sample, name: `test/bug${4 * (i >> 1) + 7}_${2 + (i % 2)}.png` })),
        config: { groupBy: "([^/]+)_" },
      },
      /^warning groups-test: 6 images of the test split are of 3 groups that are trained or validated on too: bug7, bug11, bug15\. Its score/m,
    ],
    [
      "each group on one side",
      {
        train: some(9).map((sample, i) => ({ ...sample, name: `bug${i >> 2}_${i % 4}.png` })),
        test: some(3, 100).map((sample, i) => ({ ...sample, name: `bug${50 + i}_1.png` })),
        config: { groupBy: "(.+)_" },
      },
    ],
  ],
  "same-name": [
    [
      "two formats",
      {
        train: [
          ...some(9).map((sample, i) => ({ ...sample, name: `${sample.label}/${i}.png` })),
          { label: 0, image: imageOf(0).map((byte) => byte ^ 1), name: "0/0.jpg" },
        ],
        config: { validation: 0 },
      },
      /^warning same-name: 1 image is a copy of another of the same name in another format: 0\/0\.png = 0\/0\.jpg/m,
    ],
    [
      "one format in two splits, numbered alike",
      {
        train: some(9).map((sample, i) => ({ ...sample, name: `train/${sample.label}/${i}.png` })),
        test: some(9).map(({ label }, i) => ({
          label,
          image: imageOf(i).map((byte) => byte ^ 1),
          name: `test/${label}/${i}.png`,
        })),
      },
    ],
  ],
  balance: [
    [
      "few images",
      { train: [...some(9), { label: 2, image: 99 }], classes: ["ant", "bee", "cat"] },
      /^note few-images: Few images to train on: cat \(1 image\)\./m,
    ],
    [
      "most in one class",
      { train: [...some(6), ...some(20, 100).map(({ image }) => ({ label: 0, image }))] },
      /^note imbalance: Always saying ant is right in 8\d\.\d\d % of what is trained on\. --class-weights balanced/m,
    ],
  ],
  size: [["large", { train: [], set: { shape: { height: 200, width: 300, channels: 1 } } }]],
};

test("checks: a good set passes in silence", () => {
  assert.deepEqual(check({ train: some(30), test: some(6, 200) }).findings, []);
});

test("checks: each has its cases here", () => {
  assert.deepEqual(
    dataChecks.map(({ name }) => name),
    Object.keys(cases),
  );
});

for (const [name, found] of Object.entries(cases)) {
  for (const [what, given, ...says] of found) {
    // Images of that size take a line of their own.
    if (name === "size") continue;
    test(`checks: ${name}: ${what}`, () => {
      const { findings } = check(given);
      const text = lines(findings).join("\n");
      for (const part of says) assert.match(text, part);
      if (says.length > 0) return;
      const own = dataChecks.find((one) => one.name === name)!;
      const silent = check(given).findings.filter(({ id }) => ids[own.name].includes(id));
      assert.deepEqual(lines(silent), []);
    });
  }
}

/** What each check may find. */
const ids: Readonly<Record<string, readonly string[]>> = {
  published: ["not-published", "another-set"],
  near: ["near-test", "near-validation", "near-labels", "near-repeats"],
  classes: ["classes-combined"],
  range: ["low-range", "faint-images"],
  groups: ["groups-test"],
  "same-name": ["same-name"],
};

test("checks: size: images larger than a small net needs", () => {
  const large = { height: 200, width: 300, channels: 1 };
  const pixels = Uint8Array.from({ length: 4 * 60_000 }, (_, i) => i % 251);
  const train: Split = { count: 4, images: pixels, labels: Uint16Array.of(0, 1, 0, 1) };
  const { findings } = check({ train: some(2), set: { shape: large, train } });
  assert.match(
    lines(findings).join("\n"),
    /^note large-images: Images are 300 wide and 200 high: .* 15 times as long/m,
  );
});

test("checks: the gravest first; what nothing can be learned from is one error with all that was found", () => {
  const { dataset, findings } = check({ train: [0, 1, 0, 1].map((label) => ({ label, image: flat(7) })) });
  assert.deepEqual(
    findings.map(({ severity }) => severity),
    [...findings.map(({ severity }) => severity)].sort(
      (a, b) => "error warning note".indexOf(a) - "error warning note".indexOf(b),
    ),
  );
  const error = hopelessData(dataset, findings);
  assert.ok(saying(3, "folder:x", "(all-blank)", "  error: All 4 images", "  note: Few images")(error));
  assert.equal(hopelessData(dataset, []), null);
});
