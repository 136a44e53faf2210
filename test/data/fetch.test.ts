/** Downloads from mirrors that cut, lie, forget and refuse: the right file in the end, or none under its name. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { lockName } from "../../src/base/lock.js";
import { Stream } from "../../src/base/random.js";
import type { DatasetSource, PublishedFile } from "../../src/data/dataset.js";
import type { Patience } from "../../src/datatools/download.js";
import { fetchDataset } from "../../src/datatools/fetch.js";
import { documents } from "../../src/run/documents/index.js";
import { refusal } from "../run/refuses.js";
import { dataFolder, saying } from "./fixtures.js";
import { cutting, etag, inTurn, type Manner, serving, startMirror, status } from "./mirror.js";

const stream = new Stream(0, "synthetic");
const contents = Uint8Array.from({ length: 200_000 }, () => stream.below(256));
const packed = gzipSync(contents);
const wrong = Uint8Array.from(packed, (byte, i) => (i === 1000 ? byte ^ 1 : byte));
const half = Math.floor(packed.length / 2);

const known = (bytes: Uint8Array) => ({
  bytes: bytes.length,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});
const file: PublishedFile = { name: "images.gz", ...known(packed), unpacked: known(contents) };

const source = (mirrors: readonly string[], more: Partial<DatasetSource["published"]> = {}): DatasetSource => ({
  name: "set",
  summary: "one file",
  embedded: false,
  defaults: { model: "mlp:1", epochs: 1 },
  published: { files: [file], mirrors, counts: { train: [], test: [] }, ...more },
  load: () => Promise.reject(new assert.AssertionError({ message: "a fetch loads nothing" })),
});

const hurried: Patience = { idleMs: 60_000, attempts: 3, pauseMs: 1 };

/** Fetches from mirrors of these manners into a folder that may hold something already. */
async function run(
  t: TestContext,
  manners: readonly Manner[],
  files: Record<string, Uint8Array> = {},
  patience: Patience = hurried,
) {
  const dataDir = dataFolder(t, files);
  const mirrors = await Promise.all(manners.map((manner) => startMirror(t, manner)));
  const notes: string[] = [];
  const promise = fetchDataset(source(mirrors.map(({ url }) => url)), {
    dataDir,
    patience,
    onEvent: (event) => {
      if (event.kind === "note") notes.push(event.text);
      else for (const { received } of mirrors) received(event.received);
    },
  });
  return { dataDir, mirrors, notes, promise, path: join(dataDir, "set", "images.gz") };
}

/** The file is there, whole, and nothing beside it. */
async function arrives(...given: Parameters<typeof run>) {
  const result = await run(...given);
  const fetched = await result.promise;
  documents.dataFetch.parse({ schema: 1, ...fetched });
  const { dataset, files: states } = fetched;
  assert.deepEqual([dataset, states.map(({ state }) => state)], ["set", ["fetched"]]);
  assert.ok(readFileSync(result.path).equals(packed));
  assert.deepEqual(readdirSync(join(result.dataDir, "set")), ["images.gz"]);
  return { ...result, log: result.mirrors[0].log, notes: result.notes.join("\n") };
}

describe("the right file arrives", () => {
  test("from a mirror that does as asked, whole and not packed again", async (t) => {
    const { log, mirrors } = await arrives(t, [serving(packed), status(500)]);
    assert.deepEqual(log, [{ path: "/set/images.gz", range: undefined, ifRange: undefined, encoding: "identity" }]);
    assert.equal(mirrors[1].log.length, 0);
  });

  test("after a cut: the missing range of the same version is asked for", async (t) => {
    const { log } = await arrives(t, [inTurn(cutting(packed, half), serving(packed))]);
    assert.deepEqual(
      log.map(({ range, ifRange }) => [range, ifRange]),
      [
        [undefined, undefined],
        [`bytes=${half}-`, etag],
      ],
    );
  });

  test("after many cuts, as long as each connection brings something", async (t) => {
    const { log } = await arrives(t, [cutting(packed, 20_000)]);
    assert.equal(log.length, Math.ceil(packed.length / 20_000));
  });

  test("after a connection that fell silent", async (t) => {
    const silent: Manner = (_, response) => {
      response.writeHead(200, { "content-length": packed.length }).write(packed.subarray(0, half));
    };
    const patience = { ...hurried, idleMs: 500 };
    const { log, notes } = await arrives(t, [inTurn(silent, silent, serving(packed))], {}, patience);
    assert.equal(log[2].range, `bytes=${half}-`);
    assert.match(notes, /nothing came for 0\.5 s; once more/);
  });

  test("slowly, as long as no silence is too long", async (t) => {
    const slow: Manner = (_, response) => {
      response.writeHead(200, { "content-length": packed.length });
      const quarter = Math.ceil(packed.length / 4);
      for (const i of [0, 1, 2, 3]) {
        setTimeout(() => response.write(packed.subarray(i * quarter, (i + 1) * quarter)), 400 * i);
      }
    };
    const { log } = await arrives(t, [slow], {}, { ...hurried, idleMs: 1000 });
    assert.equal(log.length, 1);
  });

  const whole: Manner = (_, response) => void response.writeHead(200, { "content-length": packed.length }).end(packed);
  const elsewhere: Manner = (_, response) =>
    void response.writeHead(206, { "content-range": `bytes 5-9/${packed.length}` }).end("12345");
  const otherSize: Manner = (_, response) =>
    void response.writeHead(206, { "content-range": `bytes ${half}-${half + 4}/${half + 5}` }).end("12345");
  const answers: Record<string, readonly Manner[]> = {
    "takes no notice of ranges": [whole],
    "gives another range": [elsewhere, whole],
    "gives the range of another file": [otherSize, whole],
    "has no such range": [status(416), whole],
  };
  for (const [what, manners] of Object.entries(answers)) {
    test(`after a cut, from a mirror that ${what}`, async (t) => {
      const { log } = await arrives(t, [inTurn(cutting(packed, half), ...manners)]);
      assert.equal(log.length, 1 + manners.length);
      assert.equal(log[1].range, `bytes=${half}-`);
      if (manners.length > 1) assert.equal(log[2].range, undefined);
    });
  }

  test("from a server that is busy for a moment", async (t) => {
    const { log } = await arrives(t, [inTurn(status(503), status(429), serving(packed))]);
    assert.equal(log.length, 3);
  });

  test("on from what an earlier run left", async (t) => {
    const { log } = await arrives(t, [serving(packed)], { "set/images.gz.part": packed.subarray(0, half) });
    assert.deepEqual([log.length, log[0].range], [1, `bytes=${half}-`]);
  });

  test("without a request where an earlier run had got it all", async (t) => {
    const { log } = await arrives(t, [serving(packed)], { "set/images.gz.part": packed });
    assert.equal(log.length, 0);
  });

  test("from the beginning where what was left is wrong, or too long", async (t) => {
    const { log, notes } = await arrives(t, [serving(packed)], { "set/images.gz.part": wrong.subarray(0, half) });
    assert.deepEqual(
      log.map(({ range }) => range),
      [`bytes=${half}-`, undefined],
    );
    assert.match(notes, /other bytes \(sha256 .*; from the beginning/);
    await arrives(t, [serving(packed)], { "set/images.gz.part": Buffer.concat([packed, packed]) });
  });

  test("in place of one that is wrong", async (t) => {
    const { notes } = await arrives(t, [serving(packed)], { "set/images.gz": wrong });
    assert.match(notes, /images\.gz: other bytes .*; fetching it anew/);
  });

  const lying = (length: number): Manner => {
    return (_, response) => void response.writeHead(200, { "content-length": length }).end(packed.subarray(0, length));
  };
  const endless: Manner = (_, response) => void response.writeHead(200).end(Buffer.concat([packed, packed]));
  const short: Manner = (_, response) => void response.writeHead(200).end(packed.subarray(0, half));
  const repacked: Manner = (_, response) =>
    void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(packed));
  const bad: Record<string, readonly [Manner, RegExp]> = {
    "has no such file": [status(404), /HTTP 404 Not Found; next mirror/],
    "forbids it": [status(403), /HTTP 403 Forbidden; next mirror/],
    "stays broken": [status(500), /HTTP 500 Internal Server Error; next mirror/],
    "has a shorter file": [lying(half), new RegExp(`${half} bytes instead of ${packed.length}; next mirror`)],
    "says a wrong length": [cutting(Buffer.concat([packed, packed]), 10), /bytes instead of \d+; next mirror/],
    "sends more than the file": [endless, /more than \d+ bytes; next mirror/],
    "ends before the file does": [short, new RegExp(`the end after ${half} of ${packed.length} bytes; once more`)],
    "sends other bytes": [serving(wrong), /other bytes \(sha256 [0-9a-f]{64} instead of [0-9a-f]{64}\); next mirror/],
    "packs it again": [repacked, /packed again \(gzip\); next mirror/],
  };
  for (const [what, [manner, note]] of Object.entries(bad)) {
    test(`from the next mirror where the first ${what}`, async (t) => {
      const { notes } = await arrives(t, [manner, serving(packed)]);
      assert.match(notes, note);
    });
  }
});

test("one process at a time fetches a set; one that finds all there needs no lock", async (t) => {
  const gate: { open?: () => void } = {};
  const opened = new Promise<void>((resolve) => {
    gate.open = resolve;
  });
  const waiting: Manner = (...given) => void opened.then(() => serving(packed)(...given));
  const { promise, dataDir, mirrors, path } = await run(t, [waiting]);
  // The first has its lock as soon as it asks.
  while (mirrors[0].log.length === 0) await new Promise((resolve) => setImmediate(resolve));
  const again = () => fetchDataset(source([mirrors[0].url]), { dataDir, patience: hurried });
  const says = new RegExp(`expected a data set that nobody else works on, got process ${process.pid} on `);
  await assert.rejects(again(), refusal(2, says));
  gate.open!();
  await promise;
  assert.deepEqual(readdirSync(join(dataDir, "set")), ["images.gz"]);
  writeFileSync(join(dataDir, "set", lockName), "somebody's");
  assert.deepEqual((await again()).files[0].state, "present");
  assert.ok(readFileSync(path).equals(packed));
});

test("whatever mirrors do in turn, the file under the name is the right one or there is none", async (t) => {
  const cutAnywhere = () => cutting(packed, 1 + stream.below(packed.length));
  const kinds: readonly (() => Manner)[] = [
    () => serving(packed),
    () => serving(wrong),
    () => serving(packed.subarray(0, half)),
    cutAnywhere,
    cutAnywhere,
    () => cutting(wrong, half),
    () => status([200, 204, 206, 301, 404, 416, 429, 500][stream.below(8)]),
    () => (_, response) => void response.socket?.destroy(),
    () => (_, response) => void response.end(),
  ];
  const pick = () => kinds[stream.below(kinds.length)]();
  let arrived = 0;
  for (let round = 0; round < 60; round++) {
    const mirror = () => inTurn(...Array.from({ length: 1 + stream.below(6) }, pick));
    const { promise, path } = await run(t, [mirror(), mirror()], {}, { ...hurried, pauseMs: 0 });
    const failed = await promise.then(
      () => false,
      (error) => saying(3, "set, images.gz")(error),
    );
    assert.equal(existsSync(path), !failed);
    if (failed) continue;
    assert.ok(readFileSync(path).equals(packed));
    arrived++;
  }
  assert.ok(arrived > 10 && arrived < 60, `${arrived} of 60 arrived`);
});

describe("no file under the name", () => {
  test("where every mirror fails: each is named with its reason", async (t) => {
    const { promise, mirrors, dataDir } = await run(t, [status(404), status(500)]);
    const reasons = [`${mirrors[0].url}/images.gz: HTTP 404 Not Found`, `${mirrors[1].url}/images.gz: HTTP 500`];
    await assert.rejects(promise, saying(3, "set, images.gz", "one of 2 mirrors", ...reasons, "--mirror"));
    assert.deepEqual(mirrors[1].log.length, hurried.attempts);
    assert.deepEqual(readdirSync(dataDir), []);
  });

  test("where the only mirror sends other bytes; they are not kept either", async (t) => {
    const { promise, path } = await run(t, [serving(wrong)]);
    await assert.rejects(promise, saying(3, "other bytes", file.sha256!));
    assert.deepEqual([existsSync(path), existsSync(`${path}.part`)], [false, false]);
  });

  test("where the connection is always cut; what came is kept", async (t) => {
    const silent: Manner = (_, response) => void response.socket?.destroy();
    const { promise, path } = await run(t, [inTurn(cutting(packed, half), silent)]);
    await assert.rejects(promise, saying(3, "connection cut"));
    assert.equal(statSync(`${path}.part`).size, half);
    assert.equal(existsSync(path), false);
  });

  test("where nobody answers: at once, and nothing is made", async (t) => {
    const dataDir = dataFolder(t);
    const promise = fetchDataset(source(["http://127.0.0.1:9"]), { dataDir, patience: { ...hurried, pauseMs: 1e6 } });
    await assert.rejects(promise, saying(3, "http://127.0.0.1:9/images.gz: ", "by hand"));
    assert.deepEqual(readdirSync(dataDir), []);
  });

  test("what was there stays where nothing better comes", async (t) => {
    const { promise, path } = await run(t, [status(404)], { "set/images.gz": wrong });
    await assert.rejects(promise, saying(3, "HTTP 404"));
    assert.ok(readFileSync(path).equals(wrong));
  });

  test("when it is stopped; what came is kept", async (t) => {
    const controller = new AbortController();
    const dataDir = dataFolder(t);
    const silent: Manner = (_, response) => void response.writeHead(200).write(packed.subarray(0, half));
    const { url } = await startMirror(t, silent);
    const promise = fetchDataset(source([url]), {
      dataDir,
      signal: controller.signal,
      onEvent: (event) => event.kind === "progress" && event.received === half && controller.abort(),
    });
    await assert.rejects(promise, { name: "AbortError" });
    assert.equal(statSync(join(dataDir, "set", "images.gz.part")).size, half);
  });
});
