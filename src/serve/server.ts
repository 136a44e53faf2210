/**
 * A model behind HTTP, on the caller's thread. Nothing here prints.
 *
 * - `POST /predict`: a PNG or JPEG file as the body, or {"images": […]} of flat lists of raw pixel values (channels last) or
 *   of files in base64; answers {"predictions": [{"class", "className", "probabilities"}]}.
 *   `?prepare=mnist` makes files of drawn digits what MNIST's are.
 * - `GET /`: a page that predicts by itself (`heddle export --to web`).
 * - `GET /health`: 200 while it serves, 503 once it stops. `GET /metrics`: Prometheus' text.
 *
 * Errors are {"error": "…"}. Limits: `body.ts`, `images.ts`; who may ask: `hosts.ts`.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { runError } from "../base/errors.js";
import { aText, type Check, checkOptions, list, whole } from "../base/given.js";
import { settings } from "../config/given.js";
import { graphOf } from "../export/graph.js";
import { pageParts } from "../export/web/page.js";
import { openNamedModel } from "../inference/open-model.js";
import { type Predictor, type PredictorOptions, predictorChecks, predictorOf } from "../inference/predictor.js";
import { type Preparation, preparations } from "../inference/prepare.js";
import { keepLessFreedMemory } from "../kernels/native.js";
import type { ModelFile } from "../model/model-file.js";
import { Batches } from "./batches.js";
import { Bodies, mostBody, throwAway, tooLong } from "./body.js";
import { Counters, type Route, routes } from "./counters.js";
import {
  addressesOutside,
  aHostName,
  allowedHosts,
  areAllowedHosts,
  isOwnOrigin,
  type Target,
  targetOf,
  unbracketed,
} from "./hosts.js";
import { imagesOf, type Reader } from "./images.js";
import { Refusal } from "./refusal.js";

export interface ServeOptions extends PredictorOptions {
  /** Run folder or model file; the newest run where not given. */
  readonly path?: string | undefined;
  /** 0 takes a free one. */
  readonly port: number;
  /** 127.0.0.1 where not given. */
  readonly host?: string | undefined;
  /** Names beside its own under which it may be asked. */
  readonly allowHosts?: readonly string[] | undefined;
  /** An image file may have as many million pixels; 8 where not given. */
  readonly maxMegapixels?: number | undefined;
}

export interface ModelServer {
  /** "http://127.0.0.1:8080" */
  readonly url: string;
  readonly notes: readonly string[];
  /** Answers what is under way and what still comes on open connections, then closes; at most 8 seconds. */
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (status: number, document: unknown): Answer => ({ status, body: JSON.stringify(document) });

/** While it stops: so long are silent connections kept open, bodies waited for, and connections that never end. */
const [graceMilliseconds, bodyMilliseconds, stopMilliseconds] = [500, 6000, 8000];
/**
 * Silent connections stay open for longer than clients and proxies keep theirs (most do for a minute): who closes first loses
 * no request. One that takes in nothing of its answer for so long is cut off.
 */
const [keepAliveTimeout, timeout] = [75_000, 120_000];
/** Bytes of answers that clients have not taken in. */
const mostUnsent = 32 * 2 ** 20;

class Serving implements ModelServer {
  url = "";
  notes: readonly string[];
  readonly #predictor: Predictor;
  readonly #reader: Reader;
  readonly #batches: Batches;
  readonly #counters = new Counters();
  readonly #hosts: ReadonlySet<string>;
  readonly #server: Server;
  readonly #file: ModelFile;
  readonly #bodies = new Bodies();
  #page: Uint8Array | null = null;
  #unsent = 0;
  #stopping = false;

  constructor({ path, host = "127.0.0.1", allowHosts = [], maxMegapixels = 8, ...options }: ServeOptions) {
    const file = openNamedModel(path, options.weights);
    this.#file = file;
    this.#predictor = predictorOf(file, options);
    this.notes = this.#predictor.notes;
    this.#reader = { predictor: this.#predictor, model: file.model, options: { maxMegapixels } };
    this.#batches = new Batches(this.#predictor, (images) => this.#counters.batch(images));
    this.#hosts = allowedHosts(host, allowHosts);
    const times = {
      requestTimeout: 15_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout,
    };
    this.#server = createServer(times);
    this.#server.timeout = timeout;
    this.#server.maxConnections = 1024;
    this.#server.on("drop", () => this.#server.closeIdleConnections());
    this.#server.on("request", (request, response) => void this.#serve(request, response));
    // Node hangs up without a word on who takes us for a proxy.
    this.#server.on("connect", (_request, socket) => {
      socket.end("HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    });
    // A body that is refused anyway is never sent.
    this.#server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
      const refusal = this.#refusal(request, targetOf(request));
      if (refusal === null) response.writeContinue();
      void this.#serve(request, response, refusal === null);
    });
  }

  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, () => resolve());
    }).catch((cause: NodeJS.ErrnoException) => {
      this.#predictor.close();
      const got = cause.code === "EADDRINUSE" ? "one that another program has" : (cause.code ?? cause.message);
      const fix = cause.code === "EADDRINUSE" ? "Choose another --port." : "";
      throw runError({ where: `--port ${port} on ${host}`, expected: "a port to listen on", got, fix, cause });
    });
    const { address, port: bound } = this.#server.address() as AddressInfo;
    const outside = addressesOutside(host, bound);
    if (outside.length > 0)
      this.notes = [...this.notes, `Other devices in the network find it at ${outside.join(", ")}.`];
    this.url = `http://${address.includes(":") ? `[${address}]` : address}:${bound}`;
  }

  /** `sends`: false where the client waits for a word before it sends the body. */
  async #serve(request: IncomingMessage, response: ServerResponse, sends = true): Promise<void> {
    const started = performance.now();
    const target = targetOf(request);
    const route: Route = routes.find((known) => known === target.path) ?? "other";
    let answer: Answer;
    try {
      const refusal = this.#refusal(request, target);
      if (refusal) {
        if (sends) await throwAway(request);
        throw refusal;
      }
      answer = await this.#answer(route, request, target.query);
    } catch (error) {
      answer = answerOf(error);
    }
    // Whoever left hears nothing.
    if (response.destroyed) return;
    this.#send(request, response, answer);
    this.#counters.request(route, response.statusCode, (performance.now() - started) / 1000);
  }

  #send(request: IncomingMessage, response: ServerResponse, given: Answer): void {
    // Who asks and never reads would fill the memory. Pages are all one.
    const isOwn = typeof given.body === "string";
    const isTooMuch = isOwn && this.#unsent + given.body.length > Math.max(mostUnsent, given.body.length);
    const { status, body, type = "application/json", headers = {} } = isTooMuch ? answerOf(tooManyUnread) : given;
    const unread = !request.complete;
    if (this.#stopping || unread) response.setHeader("Connection", "close");
    response.writeHead(status, {
      "Content-Type": type,
      "Content-Length": Buffer.byteLength(body),
      "Cache-Control": "no-store",
      "X-Content-Type-Options": "nosniff",
      ...headers,
    });
    if (isOwn) {
      this.#unsent += body.length;
      response.once("close", () => (this.#unsent -= body.length));
    }
    response.end(request.method === "HEAD" ? undefined : body);
  }

  /** Before anything of the request is used. */
  #refusal({ headers, method }: IncomingMessage, { hosts }: Target): Refusal | null {
    if (!areAllowedHosts(hosts, this.#hosts)) {
      return new Refusal(403, "not served under this name: --allow-host NAME lets it");
    }
    if (method !== "GET" && method !== "HEAD" && !isOwnOrigin(headers.origin, headers.host)) {
      return new Refusal(403, "not served to pages of other sites");
    }
    return Number(headers["content-length"] ?? 0) > mostBody ? new Refusal(413, tooLong) : null;
  }

  async #answer(route: Route, request: IncomingMessage, query: string): Promise<Answer> {
    const method = route === "/predict" ? "POST" : "GET";
    if (route !== "/predict" || request.method !== method) await throwAway(request);
    if (route === "other") {
      throw new Refusal(404, "expected GET /, POST /predict, GET /health or GET /metrics");
    }
    if (request.method !== method && !(method === "GET" && request.method === "HEAD")) {
      return { ...json(405, { error: `expected ${method} ${route}` }), headers: { Allow: method } };
    }
    if (route === "/") return { status: 200, body: this.#pageBytes(), type: "text/html; charset=utf-8" };
    if (route === "/health") return json(this.#stopping ? 503 : 200, { status: this.#stopping ? "stopping" : "ok" });
    if (route === "/metrics") {
      return { status: 200, body: this.#counters.text(), type: "text/plain; version=0.0.4; charset=utf-8" };
    }
    return await this.#predict(request, query);
  }

  /** Made when it is first asked for. */
  #pageBytes(): Uint8Array {
    this.#page ??= Buffer.concat(pageParts(graphOf(this.#file, { preprocessing: true })));
    return this.#page;
  }

  async #predict(request: IncomingMessage, query: string): Promise<Answer> {
    const { classNames } = this.#predictor;
    const probabilities = await this.#bodies.with(request, async (body, hold) => {
      const options = { ...this.#reader.options, prepare: preparationOf(query) };
      return await this.#batches.ask(await imagesOf(body, { ...this.#reader, options }, hold));
    });
    const predictions: unknown[] = [];
    for (let first = 0; first < probabilities.length; first += classNames.length) {
      const row = Array.from(probabilities.subarray(first, first + classNames.length));
      if (!row.every(Number.isFinite)) throw new Refusal(500, "the net's answer is not finite");
      const best = row.reduce((top, value, i) => (value > row[top] ? i : top), 0);
      predictions.push({ class: best, className: classNames[best], probabilities: row });
    }
    return json(200, { predictions });
  }

  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    // Clients at work learn from their next answer that the connection ends; those that are silent have had their time then.
    await new Promise((resolve) => setTimeout(resolve, graceMilliseconds));
    const late = setTimeout(() => this.#bodies.refuseUnread(503, "the server stops"), bodyMilliseconds);
    const last = setTimeout(() => this.#server.closeAllConnections(), stopMilliseconds);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeIdleConnections();
    });
    for (const timer of [late, last]) clearTimeout(timer);
    this.#predictor.close();
  }
}

const tooManyUnread = new Refusal(503, "too many answers are unread; try again");

/** Of "prepare=mnist". Throws `Refusal` for what is not known. */
function preparationOf(query: string): Preparation | undefined {
  const [key, value, ...more] = [...new URLSearchParams(query)].flat();
  if (key === undefined) return undefined;
  const found = preparations.find((name) => name === value);
  if (key === "prepare" && found && more.length === 0) return found;
  throw new Refusal(400, `expected no query, or ?prepare=${preparations.join(" or ?prepare=")}, got another`);
}

function answerOf(error: unknown): Answer {
  if (error instanceof Refusal) {
    const headers = error.status === 503 ? { "Retry-After": "1" } : {};
    return { ...json(error.status, { error: error.message }), headers };
  }
  return json(500, { error: "an unexpected failure of the server" });
}

const checks: Readonly<Record<string, Check>> = {
  ...predictorChecks,
  ...settings("maxMegapixels"),
  path: aText,
  port: whole(0, 65_535),
  host: aText,
  allowHosts: list(aHostName),
};

/** Loads the model and listens. Throws HeddleError. */
export async function serve(options: ServeOptions): Promise<ModelServer> {
  checkOptions("serve", options, checks, ["port"]);
  keepLessFreedMemory();
  const host = unbracketed(options.host ?? "127.0.0.1");
  const serving = new Serving({ ...options, host });
  await serving.listen(options.port, host);
  return serving;
}
