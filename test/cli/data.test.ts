/** `heddle data`, end to end on data that needs no files. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { needsRealData, realDataDir } from "../data/fixtures.js";
import { type Manner, serving, startMirror } from "../data/mirror.js";
import { emptyFolder, heddle } from "./heddle.js";

describe("data list", () => {
  test("names each set, where it is and what it lacks", async (t) => {
    const folder = emptyFolder(t);
    const none = await heddle(["data", "list"]);
    assert.equal(none.code, 0, none.stderr);
    assert.match(none.stdout, /^synthetic-digits +embedded +5,000 \+ 1,000 digits/m);
    assert.match(none.stdout, /^mnist +no data folder/m);
    assert.match(none.stdout, /^folder:PATH +yours +your own images/m);
    assert.match(none.stdout, /--data-dir DIR or HEDDLE_DATA_DIR\. node \S+ data fetch NAME downloads one\.\n$/);
    const { stdout } = await heddle(["data", "list", "--json", "--data-dir", folder]);
    const { schema, dataDir, datasets } = JSON.parse(stdout) as {
      schema: number;
      dataDir: string;
      datasets: { name: string; state: string; folder: string; missing: string[] }[];
    };
    assert.deepEqual([schema, dataDir], [1, folder]);
    const mnist = datasets.find(({ name }) => name === "mnist");
    assert.deepEqual([mnist?.state, mnist?.folder, mnist?.missing.length], ["absent", join(folder, "mnist"), 4]);
  });
});

test("doctor names the sets that can be used, and what one that is nearly there lacks", async (t) => {
  const dataDir = emptyFolder(t);
  const file = (path: string) => {
    mkdirSync(join(dataDir, path, ".."), { recursive: true });
    writeFileSync(join(dataDir, path), "");
  };
  for (const path of ["digits/digits.csv", "mnist/train-images-idx3-ubyte.gz", "other/file"]) file(path);
  const { stdout } = await heddle(["doctor"], { env: { HEDDLE_DATA_DIR: dataDir } });
  const line = stdout.split("\n").find((text) => text.startsWith("data ")) ?? "";
  assert.ok(line.includes(`${dataDir}: digits; mnist lacks train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, `));
  assert.match(line, /; embedded: synthetic-digits, synthetic-digits-28$/);
  assert.doesNotMatch(line, /fashion-mnist|other/);
});

describe("data info", () => {
  test("--json prints one document of schema 1", async () => {
    const { code, stdout, stderr } = await heddle(["data", "info", "synthetic-digits", "--json"]);
    assert.equal(code, 0, stderr);
    const document = JSON.parse(stdout) as { splits: { train: { images: number; perClass: number[] } } };
    const keys = "schema dataset shape maximum classes splits bytes hash mean std notes findings fit";
    assert.deepEqual(Object.keys(document), keys.split(" "));
    assert.deepEqual(document.splits.train.perClass, new Array(10).fill(500));
  });

  test("for people: a fact a line, and the classes counted", async () => {
    const { code, stdout } = await heddle(["data", "info", "synthetic-digits"]);
    assert.equal(code, 0);
    assert.match(stdout, /^shape +8x8x1, values 0\.\.16$/m);
    assert.match(stdout, /^content +blake3:[0-9a-f]{64}$/m);
    assert.match(stdout, /^ +all +5,000 +1,000$/m);
  });
});

describe("data show", () => {
  test("writes the page where it is told, or under the set's name, and prints the path", async (t) => {
    const cwd = emptyFolder(t);
    const own = await heddle(["data", "show", "synthetic-digits"], { cwd });
    assert.deepEqual([own.code, own.stdout], [0, "synthetic-digits.html\n"], own.stderr);
    const args = "data show synthetic-digits --split test --per-class 1 --out page.html".split(" ");
    const told = await heddle(args, { cwd });
    assert.deepEqual([told.code, told.stdout], [0, "page.html\n"], told.stderr);
    const page = readFileSync(join(cwd, "page.html"), "utf8");
    assert.match(page, /^<!doctype html>/);
    assert.match(page, /test split: 1 of 100/);
    assert.deepEqual(readdirSync(cwd).sort(), ["page.html", "synthetic-digits.html"]);
  });
});

describe("data fetch", () => {
  const stalling: Manner = (_, response) => void response.writeHead(200).write("some bytes");

  test("Ctrl-C stops it, and exits 130", async (t) => {
    const dataDir = emptyFolder(t);
    const { url } = await startMirror(t, stalling);
    let sent = false;
    const args = ["data", "fetch", "digits", "--data-dir", dataDir, "--mirror", url];
    const { code, stdout, stderr } = await heddle(args, {
      watch: (text, child) => {
        if (sent || !text.includes(url)) return;
        sent = child.kill("SIGINT");
      },
    });
    assert.deepEqual([code, stdout], [130, ""], stderr);
    assert.match(stderr, /SIGINT: stopping; the same command goes on from here; again to quit at once\./);
  });

  test("what is not the published file ends in exit 3, and nothing stays", async (t) => {
    const dataDir = emptyFolder(t);
    const { url } = await startMirror(t, (_, response) => void response.end("<html>welcome</html>"));
    const { code, stdout, stderr } = await heddle(["data", "fetch", "digits", "--data-dir", dataDir, "--mirror", url]);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /heddle: digits, digits\.csv\.gz: expected the published file .* 20 bytes instead of 57523/);
    assert.equal(existsSync(join(dataDir, "digits", "digits.csv.gz")), false);
  });

  test("real files arrive, are used, and are not fetched twice", async (t) => {
    if (needsRealData || realDataDir === undefined) return t.skip(needsRealData || "");
    const dataDir = emptyFolder(t);
    const { url } = await startMirror(t, serving(readFileSync(join(realDataDir, "digits", "digits.csv.gz"))));
    const args = ["data", "fetch", "digits", "--data-dir", dataDir, "--mirror", url];
    const first = await heddle(args);
    assert.deepEqual([first.code, first.stderr], [0, `${url}/digits.csv.gz\n`]);
    assert.match(first.stdout, /^digits: 1 file as published in .*, 1 fetched \(56\.2 KiB\)\n$/);
    const again = await heddle([...args, "--json"]);
    const file = { name: "digits.csv.gz", bytes: 57523, state: "present" };
    const folder = join(dataDir, "digits");
    assert.deepEqual(JSON.parse(again.stdout), { schema: 1, dataset: "digits", folder, files: [file] });
    assert.match((await heddle(["data", "list", "--data-dir", dataDir])).stdout, /^digits +\/.*digits /m);
  });
});

describe("data verify", () => {
  test("all: what is here, with what is not named", async (t) => {
    const { code, stdout, stderr } = await heddle(["data", "verify", "all", "--data-dir", emptyFolder(t)]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^synthetic-digits-28\nimages {2}5,000 train \(500 a class\)/m);
    assert.match(stdout, /copies {2}0 of train in test, 0 inside train, 0 inside test\nresult {2}nothing wrong\n/);
    assert.match(stdout, /^not here: digits, mnist/m);
  });

  test("copies across the splits are told, by file, and are no failure", async (t) => {
    const folder = emptyFolder(t);
    for (const [i, path] of ["train/a/1.png", "train/b/2.png", "test/a/3.png", "test/b/4.png"].entries()) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      const pixels = new Uint8Array(4).fill(10 * (i % 3));
      writeFileSync(join(folder, path), encodePng({ height: 2, width: 2, channels: 1, pixels }));
    }
    const env = { HEDDLE_CACHE_DIR: join(folder, "cache") };
    const people = await heddle(["data", "verify", `folder:${folder}`], { env });
    assert.equal(people.code, 0, people.stderr);
    assert.match(people.stdout, /^copies {2}1 of train in test, 0 inside train/m);
    assert.match(people.stdout, /train\/a\/1\.png = test\/b\/4\.png \(label 0 and 1\)/);
    const programs = await heddle(["data", "verify", `folder:${folder}`, "--json"], { env });
    const { schema, datasets } = JSON.parse(programs.stdout) as {
      schema: number;
      datasets: { duplicates: { across: { train: number[]; test: number[] }[]; contradictions: number } }[];
    };
    assert.equal(schema, 1);
    assert.deepEqual([datasets[0].duplicates.across[0].train, datasets[0].duplicates.across[0].test], [[0], [1]]);
    assert.equal(datasets[0].duplicates.contradictions, 1);
  });

  test("a wrong file ends in exit 3: the report on stderr, nothing on stdout", async (t) => {
    const dataDir = emptyFolder(t);
    mkdirSync(join(dataDir, "digits"));
    writeFileSync(join(dataDir, "digits", "digits.csv"), "0,1,2\n");
    const { code, stdout, stderr } = await heddle(["data", "verify", "digits", "--json", "--data-dir", dataDir]);
    assert.deepEqual([code, stdout], [3, ""]);
    assert.match(stderr, /^file +.*digits\.csv: 6 bytes instead of 264712$/m);
    assert.match(
      stderr,
      /^heddle: digits: expected what is published, got .*digits\.csv: 6 bytes instead of 264712\.$/m,
    );
  });
});

const wrong: readonly [args: string, code: number, message: RegExp][] = [
  ["data", 2, /Usage: heddle data/],
  ["data inof", 2, /data: expected a command .* got inof\. Did you mean info\?/],
  ["data info", 2, /info: expected <NAME>, got nothing/],
  ["data info mnits", 2, /info: expected one of .* got mnits\. Did you mean mnist\?/],
  ["data info mnist", 3, /mnist\/.*no data folder.*--data-dir/],
  ["data info mnist --data-dir .", 3, /mnist: expected the files .* got no such folder/],
  ["data show synthetic-digits --per-class 0", 2, /--per-class: expected a whole number of at least 1/],
  [
    "data show synthetic-digits --split validation",
    2,
    /--split: expected a split that synthetic-digits has \(train, test\), got validation/,
  ],
  ["data show synthetic-digits --out no/such/page.html", 1, /no\/such\/page\.html: expected to write this file/],
  ["data fetch mnist", 2, /--data-dir: expected the folder .* \(or HEDDLE_DATA_DIR\), got nothing/],
  ["data fetch synthetic-digits --data-dir .", 2, /fetch: expected a data set with published files/],
  ["data fetch mnist --data-dir . --mirror here", 2, /--mirror: expected the address of a folder/],
  ["data fetch mnist --data-dir . --mirror http://127.0.0.1:9", 3, /127\.0\.0\.1:9.*by hand/],
  ["data verify", 2, /verify: expected <NAME>, got nothing/],
  ["data verify mnits", 2, /verify: expected one of .*Did you mean mnist\?/],
  ["data verify mnist", 3, /no data folder\. node \S+ data fetch mnist downloads it/],
  ["data verify bugnist2d", 3, /no data folder\. Give the folder/],
  ["data fetch bugnist2d --data-dir .", 2, /got bugnist2d\. Put its files there by hand/],
  ["data list extra", 2, /list: expected 0 arguments/],
];

describe("wrong usage of heddle data", { concurrency: 2 }, () => {
  for (const [args, exitCode, message] of wrong) {
    test(`heddle ${args}`, async (t) => {
      const cwd = emptyFolder(t);
      writeFileSync(join(cwd, "a-file"), "");
      const { code, stdout, stderr } = await heddle(args.split(" "), { cwd });
      assert.match(stderr, message);
      assert.deepEqual([code, stdout], [exitCode, ""]);
    });
  }
});
