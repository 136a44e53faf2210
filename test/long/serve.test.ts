/** A server in a process of its own under what clients do to it: floods, lies about sizes, a stop under load, its own addresses. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { modelOf, root } from "../export/models.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-serve-long-"));
const path = join(folder, "model.safetensors");
const input = { height: 6, width: 5, channels: 1 };
const body = JSON.stringify({ images: [Array.from({ length: 30 }, (_, i) => i * 8)] });

before(() => {
  const net = resolveNet(buildNet("conv 4x3 same >> relu >> flatten >> fc 4", { input, classes: 4 }));
  writeModel(path, modelOf(net).model, net.parameters, weightsOf(net, "f32"));
});
after(() => rmSync(folder, { recursive: true }));

/** The first of `given` may be a model file. */
async function start(t: TestContext, ...given: string[]): Promise<{ child: ChildProcess; url: string; port: number }> {
  const named = given[0]?.startsWith("-") === false ? given : [path, ...given];
  const args = [join(root, "bin/heddle.js"), "serve", ...named, "--port", "0", "--quiet"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => child.kill("SIGKILL"));
  const url = await new Promise<string>((resolve) =>
    child.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim())),
  );
  return { child, url, port: Number(new URL(url).port) };
}

/** MiB: the most so far, or now. Linux alone tells. */
function memory({ pid }: ChildProcess, key: "VmHWM" | "VmRSS"): number {
  return Number(new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
}
const notLinux = process.platform === "linux" ? false : "only Linux tells what a process takes";

/** Sends the parts one after the other, as fast as they are taken; gives what comes back. */
function pour(port: number, parts: Iterable<string | Uint8Array>): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let reply = "";
    socket.setEncoding("latin1").on("data", (text: string) => (reply += text));
    socket.on("error", () => {});
    const iterator = parts[Symbol.iterator]();
    const next = (): void => {
      for (;;) {
        const part = iterator.next();
        if (part.done === true || socket.destroyed) return;
        if (!socket.write(part.value)) return void socket.once("drain", next);
      }
    };
    socket.on("close", () => resolve(reply));
    next();
    setTimeout(() => socket.destroy(), 20_000).unref();
  });
}
const head = (rest: string): string =>
  `POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${rest}\r\n\r\n`;
const mebi = Buffer.alloc(2 ** 20, 0x61);

test("30 MiB in chunks, 1 GiB promised, 1 MiB of chunk extension, from eight at once: 4xx, memory stays under 100 MB more", {
  skip: notLinux,
}, async (t) => {
  const { child, url, port } = await start(t);
  for (let i = 0; i < 50; i++) await (await fetch(`${url}/predict`, { method: "POST", body })).text();
  const rest = memory(child, "VmRSS");
  function* chunked(): Generator<string | Uint8Array> {
    yield head("Transfer-Encoding: chunked");
    for (let i = 0; i < 30; i++) yield* ["100000\r\n", mebi, "\r\n"];
    yield "0\r\n\r\n";
  }
  function* promised(): Generator<string | Uint8Array> {
    yield head(`Content-Length: ${2 ** 30}`);
    for (let i = 0; i < 40; i++) yield mebi;
  }
  function* extended(): Generator<string | Uint8Array> {
    yield head("Transfer-Encoding: chunked");
    yield* ["5;", mebi, "\r\nhello\r\n0\r\n\r\n"];
  }
  const floods = [chunked, promised, extended];
  const replies = await Promise.all(Array.from({ length: 8 }, (_, i) => pour(port, floods[i % 3]())));
  for (const reply of replies) assert.match(reply, /^HTTP\/1\.1 (?:4\d\d|503) /, reply.slice(0, 80));
  assert.ok(memory(child, "VmHWM") - rest < 95, `${memory(child, "VmHWM") - rest} MiB`);
  assert.equal((await fetch(`${url}/predict`, { method: "POST", body })).status, 200);
});

test("JSON of every kind and 4 MiB, eight at once, one kind after the other: under 100 MB more in all", {
  skip: notLinux,
}, async (t) => {
  const { child, url } = await start(t);
  for (let i = 0; i < 200; i++) await (await fetch(`${url}/predict`, { method: "POST", body })).text();
  const rest = memory(child, "VmRSS");
  const most = 4 * 2 ** 20 - 100;
  const many = (one: string): string =>
    Array<string>(Math.floor(most / (one.length + 1)))
      .fill(one)
      .join(",");
  const texts = ["7", "0.123456", "[1]", '"ab"', '{"a":1}'].map((one) => `{"images":[${many(one)}]}`);
  const others = [`{"images":[[${many("7")}]]}`, `{"images":["${"A".repeat(most)}"]}`, "[".repeat(most)];
  for (const text of [...texts, ...others, ...texts]) {
    const send = (): Promise<number> =>
      fetch(`${url}/predict`, { method: "POST", body: text }).then(({ status }) => status);
    const statuses = await Promise.all(Array.from({ length: 8 }, send));
    assert.deepEqual(
      statuses.filter((status) => status !== 400 && status !== 503),
      [],
      text.slice(0, 40),
    );
  }
  assert.ok(memory(child, "VmHWM") - rest < 95, `${memory(child, "VmHWM") - rest} MiB`);
  assert.equal((await fetch(`${url}/predict`, { method: "POST", body })).status, 200);
});

test("ten images of 64 million pixels at once, allowed: under 500 MB", { skip: notLinux }, async (t) => {
  const { child, url } = await start(t, "--max-megapixels", "64");
  const png = encodePng({ width: 8000, height: 8000, channels: 1, pixels: new Uint8Array(64e6) });
  assert.ok(png.length < 100_000, "few bytes, many pixels");
  const sent = Array.from({ length: 10 }, () =>
    fetch(`${url}/predict`, { method: "POST", body: Uint8Array.from(png) }),
  );
  for (const reply of await Promise.all(sent)) assert.equal(reply.status, 200, await reply.text());
  assert.ok(memory(child, "VmHWM") < 500, `${memory(child, "VmHWM")} MiB`);
});

test("10,000 different paths leave /metrics no longer, and counters never fall", async (t) => {
  const { url } = await start(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  t.after(() => agent.destroy());
  const get = (where: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const sent = request(`${url}${where}`, { agent }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.on("end", () => resolve(text));
      });
      sent.on("error", reject).end();
    });
  await get("/x");
  await get("/metrics");
  const before = await get("/metrics");
  for (let i = 0; i < 10_000; i += 100) await Promise.all(Array.from({ length: 100 }, (_, j) => get(`/${i + j}?${j}`)));
  const after = await get("/metrics");
  assert.equal(after.split("\n").length, before.split("\n").length);
  const count = (text: string): number => Number(/path="other",status="404"\} (\d+)/.exec(text)?.[1]);
  assert.equal(count(after) - count(before), 10_000);
});

test("SIGTERM while eight clients ask on open connections: each request is answered, exit 0 within 10 s", async (t) => {
  const { child, url } = await start(t);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  let answered = 0;
  const client = async (): Promise<string> => {
    for (;;) {
      let reply: Response;
      try {
        reply = await fetch(`${url}/predict`, { method: "POST", body });
      } catch (error) {
        return String(((error as Error).cause as NodeJS.ErrnoException).code);
      }
      assert.equal(reply.status, 200);
      await reply.text();
      answered++;
      // Whoever opens another connection now may find the port closed as it does.
      if (reply.headers.get("connection") === "close") return "told";
    }
  };
  const clients = Array.from({ length: 8 }, client);
  while (answered < 100) await new Promise((resolve) => setTimeout(resolve, 5));
  const began = performance.now();
  child.kill("SIGTERM");
  assert.deepEqual(new Set(await Promise.all(clients)), new Set(["told"]), "none was cut off");
  assert.equal(await ended, 0);
  assert.ok(performance.now() - began < 10_000);
});

test("SIGTERM while bodies have not come whole: each is answered, exit 0 within 10 s", async (t) => {
  const { child, port } = await start(t);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const half = Array.from({ length: 8 }, () => pour(port, [head("Content-Length: 100"), '{"images": [']));
  await new Promise((resolve) => setTimeout(resolve, 500));
  const began = performance.now();
  child.kill("SIGTERM");
  for (const reply of await Promise.all(half)) assert.match(reply, /^HTTP\/1\.1 503 .*the server stops/s);
  assert.equal(await ended, 0);
  assert.ok(performance.now() - began < 10_000);
});

test("clients that ask for a large page and never read it: memory stays under 100 MB more", {
  skip: notLinux,
}, async (t) => {
  const large = resolveNet(buildNet("mlp:2000-1500", { input: { height: 28, width: 28, channels: 1 }, classes: 10 }));
  const file = join(folder, "large.safetensors");
  writeModel(file, modelOf(large).model, large.parameters, weightsOf(large, "f32", 0.01));
  const { child, port } = await start(t, file);
  const rest = memory(child, "VmRSS");
  const sockets = Array.from({ length: 30 }, () => connect(port, "127.0.0.1").pause());
  for (const socket of sockets) socket.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  t.after(() => sockets.forEach((socket) => socket.destroy()));
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.ok(memory(child, "VmHWM") - rest < 95, `${memory(child, "VmHWM") - rest} MiB`);
});

test("--host 0.0.0.0 is served under the machine's own addresses, and still not under other names", async (t) => {
  const { url, port } = await start(t, "--host", "0.0.0.0");
  assert.equal(url, `http://0.0.0.0:${port}`);
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  for (const { address, family } of own.filter(({ family: of }) => of === "IPv4")) {
    assert.equal((await fetch(`http://${address}:${port}/health`)).status, 200, `${family} ${address}`);
  }
  const foreign = await new Promise<number>((resolve) => {
    request(`http://127.0.0.1:${port}/health`, { headers: { Host: "evil.example" } }, (reply) =>
      resolve(reply.statusCode!),
    ).end();
  });
  assert.equal(foreign, 403);
});
