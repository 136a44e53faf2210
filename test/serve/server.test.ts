/** The server as its clients meet it: answers, refusals, limits, the way it stops. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { HeddleError, type ModelServer, openPredictor, type Predictor, serve } from "../../src/index.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { Batches } from "../../src/serve/batches.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { imagesOf, modelOf } from "../export/models.js";

const input = { height: 6, width: 5, channels: 1 };
const net = resolveNet(buildNet("conv 4x3 same >> relu >> flatten >> fc 4", { input, classes: 4 }));
const folder = mkdtempSync(join(tmpdir(), "heddle-serve-"));
const path = join(folder, "model.safetensors");
const pixels = imagesOf(net.spec, 3);
const image = (i: number): Uint8Array => pixels.subarray(i * 30, (i + 1) * 30);
const png = (i: number): Uint8Array => encodePng({ ...input, channels: 1, pixels: image(i) });
let server: ModelServer;
let predictor: Predictor;

before(async () => {
  writeModel(path, modelOf(net).model, net.parameters, weightsOf(net, "f32"));
  server = await serve({ path, port: 0, allowHosts: ["model.example"] });
  predictor = openPredictor(path);
});
after(async () => {
  await server.stop();
  predictor.close();
  rmSync(folder, { recursive: true });
});

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** One request with exactly these headers. */
function ask(
  method: string,
  where: string,
  body?: Uint8Array | string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}${where}`, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
const predict = (body: Uint8Array | string, headers?: Record<string, string>): Promise<Reply> =>
  ask("POST", "/predict", body, headers);
const errorOf = ({ text }: Reply): string => (JSON.parse(text) as { error: string }).error;
const images = (...list: unknown[]): string => JSON.stringify({ images: list });

interface Predictions {
  readonly predictions: readonly { class: number; className: string; probabilities: number[] }[];
}

test("a PNG, numbers, and files in base64 get the predictor's own answer", async () => {
  const wanted = Array.from(predictor.predict(pixels.subarray(0, 60)));
  const file = await predict(png(0));
  assert.equal(file.status, 200, file.text);
  const { predictions } = JSON.parse(file.text) as Predictions;
  assert.deepEqual(predictions[0].probabilities, wanted.slice(0, 4));
  const best = wanted.slice(0, 4).indexOf(Math.max(...wanted.slice(0, 4)));
  assert.deepEqual([predictions[0].class, predictions[0].className], [best, `class ${best}`]);
  const data = `data:image/png;base64,${Buffer.from(png(1)).toString("base64")}`;
  for (const second of [[...image(1)], data]) {
    const both = JSON.parse((await predict(images([...image(0)], second))).text) as Predictions;
    assert.deepEqual(
      both.predictions.flatMap(({ probabilities }) => probabilities),
      wanted,
    );
  }
});

const refused: readonly [what: string, body: Uint8Array | string, status: number, words: RegExp][] = [
  ["nothing", "", 400, /empty body/],
  [
    "a form",
    "--x\r\nContent-Disposition: form-data\r\n\r\n",
    415,
    /form \(multipart\/form-data\): curl .*--data-binary/,
  ],
  [
    "a PNG without its line breaks",
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x1a),
    415,
    /line breaks were lost.*--data-binary/,
  ],
  ["half a WebP", "RIFF\0\0\0\0WEBPVP8 ", 400, /expected a whole WebP image/],
  ["a PDF", "%PDF-1.7", 415, /image file \(PNG, JPEG, WebP, /],
  ["text", "hello", 415, /something else/],
  ["half a PNG", png(0).subarray(0, 40), 400, /expected/],
  ["JSON that is none", '{"images": [', 400, /expected JSON/],
  ["no list", '{"images": 3}', 400, /at least one image/],
  ["no image", '{"images": []}', 400, /at least one image/],
  ["too short an image", images([1, 2]), 400, /images\[0\]: expected 30 numbers \(6x5x1, channels last\), got 2/],
  [
    "divided pixels",
    images(Array(30).fill(0.5)),
    400,
    /images\[0\]\[0\]: expected whole numbers 0\.\.255: .*not divided/,
  ],
  ["too bright", images(Array(30).fill(256)), 400, /whole numbers 0\.\.255, got 256/],
  ["null", images(Array(30).fill(null)), 400, /got null/],
  ["not finite", `{"images": [[${"1e999,".repeat(29)}0]]}`, 400, /got Infinity/],
  ["no file", images("hello"), 400, /in base64/],
  ["deep JSON", "[".repeat(100_000), 400, /lists/],
  ["too many", images(...Array<number[]>(1030).fill([])), 413, /at most 1024 images/],
];
for (const [what, body, status, words] of refused) {
  test(`${what} is ${status}, and says why`, async () => {
    const reply = await predict(body);
    assert.equal(reply.status, status, reply.text);
    assert.match(errorOf(reply), words);
  });
}

test("a size that the header claims is judged before memory is asked for", async () => {
  const huge = Buffer.from(encodePng({ width: 8, height: 8, channels: 1, pixels: new Uint8Array(64) }));
  huge.writeUInt32BE(60_000, 16);
  huge.writeUInt32BE(60_000, 20);
  const memory = process.memoryUsage().rss;
  for (const reply of await Promise.all(Array.from({ length: 10 }, () => predict(huge))))
    assert.equal(reply.status, 400);
  assert.ok(process.memoryUsage().rss - memory < 100 * 2 ** 20);
});

test("among 96 at once, good ones get what they get alone, bad ones their own refusal", async () => {
  const alone = await Promise.all([0, 1, 2].map(async (i) => (await predict(images([...image(i)]))).text));
  const replies = await Promise.all(
    Array.from({ length: 96 }, (_, i) => predict(i % 8 === 5 ? images([i]) : images([...image(i % 3)]))),
  );
  for (const [i, reply] of replies.entries()) {
    if (i % 8 === 5) assert.match(errorOf(reply), /expected 30 numbers .* got 1/);
    else assert.equal(reply.text, alone[i % 3]);
  }
});

test("a lone request is a batch of its own; what waits while one is computed is computed together", async () => {
  const batches = async (): Promise<number> =>
    Number(/heddle_batches_total (\d+)/.exec((await ask("GET", "/metrics")).text)?.[1]);
  const before = await batches();
  for (let i = 0; i < 10; i++) await predict(images([...image(0)]));
  assert.equal((await batches()) - before, 10);
  const sizes: number[] = [];
  const together = new Batches(predictor, (size) => sizes.push(size));
  const answers = await Promise.all([pixels.subarray(0, 60), image(2), image(0)].map((bytes) => together.ask(bytes)));
  assert.deepEqual(sizes, [4]);
  assert.deepEqual([...answers.slice(0, 2).flatMap((each) => [...each])], [...predictor.predict(pixels)]);
  assert.deepEqual([...answers[2]], [...predictor.predict(image(0))]);
});

test("only names that are meant are served, and no page of another site", async () => {
  const ok = images([...image(0)]);
  const port = new URL(server.url).port;
  for (const host of [
    "localhost",
    `localhost:${port}`,
    "127.0.0.1",
    `[::1]:${port}`,
    "model.example:80",
    "LOCALHOST",
  ]) {
    assert.equal((await predict(ok, { Host: host })).status, 200, host);
  }
  for (const host of [
    "evil.example",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "127.0.0.1@evil.example",
    "[::1",
  ]) {
    for (const where of ["/health", "/metrics", "/nothing"]) {
      assert.equal((await ask("GET", where, undefined, { Host: host })).status, 403, host);
    }
  }
  for (const origin of [
    "http://evil.example",
    "null",
    "http://127.0.0.1:1",
    "file://",
    `http://127.0.0.1.evil.example:${port}`,
  ]) {
    assert.equal((await predict(ok, { Origin: origin })).status, 403, origin);
  }
  const own = await predict(ok, { Origin: server.url });
  assert.equal(own.status, 200);
  assert.ok(Object.keys(own.headers).every((name) => !name.startsWith("access-control")));
});

test("a body of twice the limit gets a readable 413", async () => {
  const body = new Uint8Array(33 * 2 ** 20);
  const reply = await fetch(`${server.url}/predict`, { method: "POST", body });
  assert.equal(reply.status, 413);
  assert.match(await reply.text(), /at most 16\.0 MiB/);
  const curl = await new Promise<string>((resolve) => {
    const args = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", "@-", `${server.url}/predict`];
    const child = execFile("curl", args, (error, stdout) => resolve(error ? "absent" : stdout));
    child.stdin!.on("error", () => {});
    child.stdin!.end(body);
  });
  assert.ok(["413", "absent"].includes(curl), curl);
});

/** What comes back for bytes that are sent as they are. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let reply = "";
    socket.setEncoding("utf8").on("data", (part: string) => (reply += part));
    socket.on("close", () => resolve(reply));
    socket.on("error", () => {});
    socket.end(text);
  });

test("what is no HTTP is 4xx, and the server lives", async () => {
  const head = "POST /predict HTTP/1.1\r\nHost: localhost\r\n";
  const bodies = [
    "\0\0\0\0\r\n\r\n",
    "GET\r\n\r\n",
    "CONNECT elsewhere:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    `${head}Content-Length: -1\r\n\r\n`,
    `${head}X: ${"y".repeat(40_000)}\r\n\r\n`,
  ];
  bodies.push(`${head}Transfer-Encoding: chunked\r\n\r\n5;${"e".repeat(100_000)}\r\nhello\r\n0\r\n\r\n`);
  assert.match(await raw("GET /health HTTP/1.0\r\n\r\n"), /^HTTP\/1\.1 403 /);
  for (const text of bodies) assert.match(await raw(text), /^HTTP\/1\.1 4\d\d /, text.slice(0, 60));
  assert.equal((await ask("GET", "/health")).text, '{"status":"ok"}');
});

test("other paths and methods; metrics do not grow by them", async () => {
  assert.equal((await ask("GET", "/predict")).headers.allow, "POST");
  assert.equal((await ask("DELETE", "/health")).status, 405);
  await ask("GET", "/some");
  await ask("GET", "/metrics");
  const before = await ask("GET", "/metrics");
  for (let i = 0; i < 300; i++) await ask("GET", `/${i}`);
  const { headers, text } = await ask("GET", "/metrics");
  assert.equal(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
  assert.equal(text.split("\n").length, before.text.split("\n").length);
  assert.ok(text.endsWith("\n"));
  const buckets = [...text.matchAll(/_bucket\{le="[^"]+"\} (\d+)/g)].map(([, count]) => Number(count));
  assert.ok(buckets.every((count, i) => i === 0 || count >= buckets[i - 1]));
  assert.equal(buckets.at(-1), Number(/_count (\d+)/.exec(text)?.[1]));
  assert.match(text, /heddle_requests_total\{path="other",status="404"\} \d+/);
});

test("a port that is taken is one clear error", async () => {
  await assert.rejects(
    serve({ path, port: Number(new URL(server.url).port) }),
    (error: unknown) =>
      error instanceof HeddleError && error.exitCode === 1 && /another program has/.test(error.message),
  );
});

test("at a stop under load no request stays without an answer", async () => {
  const stopped = await serve({ path, port: 0 });
  const ok = images([...image(0)]);
  let [answered, closed, unhealthy] = [0, 0, 0];
  const client = async (): Promise<void> => {
    for (;;) {
      const reply = await fetch(`${stopped.url}/predict`, { method: "POST", body: ok }).catch(() => null);
      if (reply === null) return; // nobody listens any more
      assert.equal(reply.status, 200);
      await reply.text();
      answered++;
      if (reply.headers.get("connection") === "close") {
        closed++;
        if ((await fetch(`${stopped.url}/health`).catch(() => null))?.status === 503) unhealthy++;
        return;
      }
    }
  };
  const clients = Array.from({ length: 8 }, client);
  while (answered < 20) await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all([stopped.stop(), ...clients]);
  assert.equal(closed, 8, "each heard that its connection ends");
  assert.ok(unhealthy > 0);
});
