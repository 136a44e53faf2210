/**
 * Fuzzing of the server, in a process of its own: requests whose body, head or whole text is damaged by chance. Each is answered
 * by 200 with numbers of a net, or by 4xx with a reason, or by nothing where it never said where it ends; and the server lives.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import sharp from "sharp";
import { Stream } from "../../src/base/random.js";
import { encodePng } from "../../src/formats/png.js";
import { damaged } from "../data/fuzz.js";
import { root } from "../export/models.js";

export interface FuzzedServer {
  readonly answers: Readonly<Record<string, number>>;
  readonly failures: readonly string[];
  /** What the process took more at its most than after a thousand right requests, in MiB; null where the system does not tell. */
  readonly grewMiB: number | null;
  /** What one right request gets before and after. */
  readonly before: string;
  readonly after: string;
}

/** `model`: of 6x5x1 images and 4 classes. */
export async function fuzzServer(model: string, requests: number, seed: number): Promise<FuzzedServer> {
  const args = [join(root, "bin/heddle.js"), "serve", model, "--port", "0"];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      server.stdout.setEncoding("utf8").once("data", (text: string) => resolve(text.trim()));
      server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    });
    const port = Number(new URL(url).port);
    const memory = (key: string): number | null => {
      try {
        const status = readFileSync(`/proc/${server.pid}/status`, "utf8");
        return Number(new RegExp(`${key}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024;
      } catch {
        return null; // not Linux
      }
    };
    const seeds = await seedRequests();
    const right = (): Promise<string> => ask(port, seeds[0]);
    const before = bodyOf(await right());
    // What any use takes, compiled code and room for short-lived objects, is not the attack's.
    for (let i = 0; i < warmUp; i += atOnce) await Promise.all(seeds.slice(0, atOnce).map((bytes) => ask(port, bytes)));
    const start = memory("VmRSS");
    const stream = new Stream(seed, "synthetic", 9);
    const answers: Record<string, number> = {};
    const failures: string[] = [];
    for (let first = 0; first < requests; first += atOnce) {
      const all = Array.from({ length: Math.min(atOnce, requests - first) }, (_, i) => {
        stream.at(0, first + i);
        return request(seeds, stream);
      });
      for (const [i, reply] of (await Promise.all(all.map((bytes) => ask(port, bytes)))).entries()) {
        const status = /^HTTP\/1\.1 (\d{3}) /.exec(reply)?.[1] ?? "none";
        answers[status] = (answers[status] ?? 0) + 1;
        const fault = faultOf(status, reply);
        if (fault !== null) failures.push(`request ${first + i}: ${fault}: ${all[i].toString("latin1").slice(0, 300)}`);
      }
    }
    const most = memory("VmHWM");
    const grewMiB = most === null || start === null ? null : most - start;
    return { answers, failures, grewMiB, before, after: bodyOf(await right()) };
  } finally {
    server.kill("SIGKILL");
  }
}

const [atOnce, warmUp] = [16, 1000];
const bodyOf = (reply: string): string => reply.slice(reply.indexOf("\r\n\r\n") + 4);

const pixels = Uint8Array.from({ length: 30 }, (_, i) => (i * 37) & 255);

/** Whole requests that are right, in every form that the server takes; the first is a plain one. */
async function seedRequests(): Promise<Buffer[]> {
  const png = encodePng({ width: 5, height: 6, channels: 1, pixels });
  const raw = sharp(Buffer.alloc(40 * 30 * 3, 77), { raw: { width: 40, height: 30, channels: 3 } });
  const files = await Promise.all([
    raw.clone().jpeg().toBuffer(),
    raw.clone().webp().toBuffer(),
    raw.clone().gif().toBuffer(),
  ]);
  const lists = JSON.stringify({ images: [[...pixels], [...pixels].reverse()] });
  const texts = JSON.stringify({ images: [Buffer.from(png).toString("base64"), [...pixels]] });
  const bodies = [Buffer.from(lists), png, ...files, Buffer.from(texts)].map((body) => Buffer.from(body));
  const chunked = (body: Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`${head("Transfer-Encoding: chunked")}${body.length.toString(16)}\r\n`),
      body,
      Buffer.from("\r\n0\r\n\r\n"),
    ]);
  const plain = bodies.map((body) => Buffer.concat([Buffer.from(head(`Content-Length: ${body.length}`)), body]));
  const gets = ["/", "/health", "/metrics", "/predict", "/x"].map((path) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\n${shared}\r\n`),
  );
  return [...plain, chunked(bodies[0]), chunked(bodies[1]), ...gets];
}

const shared = "Host: localhost\r\nConnection: close\r\n";
const head = (length: string): string => `POST /predict HTTP/1.1\r\n${shared}${length}\r\n\r\n`;

/** One way of three: the body is damaged and its length told right, or the head, or all of it. */
function request(seeds: readonly Buffer[], stream: Stream): Buffer {
  const seed = seeds[stream.below(seeds.length)];
  const end = seed.indexOf("\r\n\r\n") + 4;
  const [top, body] = [seed.subarray(0, end), seed.subarray(end)];
  switch (stream.below(4)) {
    case 0:
      return Buffer.concat([damaged(top, stream, seeds), body]);
    case 1:
      return Buffer.from(damaged(seed, stream, seeds));
    default: {
      const other = damaged(body, stream, seeds);
      if (!top.includes("Content-Length")) return Buffer.concat([top, other]);
      return Buffer.concat([Buffer.from(head(`Content-Length: ${other.length}`)), other]);
    }
  }
}

/** All that comes back for bytes that are sent as they are, after which the client says no more. */
function ask(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const parts: Buffer[] = [];
    const timer = setTimeout(() => socket.destroy(), 30_000);
    socket.on("data", (part) => parts.push(part));
    socket.on("error", () => {});
    socket.on("close", () => {
      clearTimeout(timer);
      resolve(Buffer.concat(parts).toString("utf8"));
    });
    socket.end(bytes);
  });
}

function faultOf(status: string, reply: string): string | null {
  if (status === "none") return reply === "" ? null : `no HTTP: ${reply.slice(0, 80)}`;
  if (!/^(?:200|100|4\d\d|503)$/.test(status)) return `status ${status}`;
  if (!reply.includes("Content-Type: application/json")) return null;
  const text = bodyOf(reply);
  if (status === "200" && text.startsWith('{"predictions"')) {
    const { predictions } = JSON.parse(text.split("HTTP/1.1")[0]) as {
      predictions: { class: unknown; probabilities: unknown[] }[];
    };
    const good = predictions.every(
      (each) =>
        [0, 1, 2, 3].includes(each.class as number) &&
        each.probabilities.length === 4 &&
        each.probabilities.every(Number.isFinite),
    );
    return good && predictions.length > 0 ? null : `an answer of no net: ${text.slice(0, 200)}`;
  }
  return status === "200" || /^\{"error":"[^"]/.test(text) || text === "" ? null : `no reason: ${text.slice(0, 200)}`;
}
