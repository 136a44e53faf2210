/**
 * `train --live`: the page of a run on 127.0.0.1 while it trains. One page, one code: the sections that need no more than
 * the folder, drawn anew at each epoch and sent as server-sent events with an id.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { runError, usageError } from "../base/errors.js";
import { browsersRefuse } from "../base/refused-ports.js";
import { clock, count } from "../base/text.js";
import type { TrainEvent } from "../train/events.js";
import { html } from "./html.js";
import { pageText, sectionMarkup } from "./page.js";
import { gatherLive, reportPage } from "./report.js";

export interface LiveOptions {
  /** Only this one; else the first free one from 8420 on. */
  readonly port?: number | undefined;
}

export interface Live {
  /** Where a browser finds it. */
  readonly address: string;
  /** What the training tells. */
  readonly tell: (event: TrainEvent) => void;
  /** Sends what is last and ends all streams; new requests are refused. */
  readonly close: (ending: string) => Promise<void>;
}

const host = "127.0.0.1";
const firstPort = 8420;
const triedPorts = 50;
/** Proxies cut streams that say nothing for long. */
const keepAliveMs = 15_000;
const progressMs = 500;
/** Milliseconds between two drawings, and how many times as long as the last one took: a page of many epochs is drawn less often. */
const [drawnMs, drawnTimes] = [1000, 150];

/** Throws `usageError` where the port that was asked for is taken. */
export async function openLive({ port }: LiveOptions): Promise<Live> {
  let run: string | undefined;
  /** How many news there have been. Their ids differ from those of an earlier server at this port. */
  let news = 0;
  const since = Date.now();
  const id = (): string => `${since}-${news}`;
  let body = "";
  let progress = "";
  let load = "";
  let ended: string | null = null;
  let lastProgress = 0;
  let pauseMs = drawnMs;
  const streams = new Set<ServerResponse>();
  const sockets = new Set<Socket>();

  const send = (stream: ServerResponse, event: string, data: string, id?: string): void => {
    stream.write(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`);
  };
  const redraw = async (): Promise<void> => {
    if (run === undefined) return;
    const began = performance.now();
    const page = reportPage(await gatherLive(run), ended === null);
    const sections = page.parts.map((part) => ({ id: part.id, markup: sectionMarkup(part).text }));
    const next = JSON.stringify({ lead: page.lead.text, sections });
    pauseMs = Math.max(drawnMs, drawnTimes * (performance.now() - began));
    if (next === body) return;
    body = next;
    news++;
    for (const stream of streams) send(stream, "news", body, id());
  };
  // One after the other: a slow one must not overtake. What cannot be drawn now can be later, or is in the report.
  let drawing = Promise.resolve();
  const draw = (): Promise<void> => (drawing = drawing.then(redraw).catch(() => {}));
  let timer: NodeJS.Timeout | undefined;
  let drawn = 0;
  /** Only for those who look, and not for each of many short epochs: training has this thread too. */
  const drawSoon = (): void => {
    if (streams.size === 0 || timer) return;
    timer = setTimeout(
      () => {
        [timer, drawn] = [undefined, performance.now()];
        void draw();
      },
      Math.max(0, pauseMs - (performance.now() - drawn)),
    ).unref();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { port: own } = server.address() as AddressInfo;
    const allowed = ["127.0.0.1", "localhost", "[::1]"].map((name) => `${name}:${own}`);
    // A page elsewhere whose name leads here would come with its own name.
    if (!allowed.includes(request.headers.host ?? ""))
      return refuse(response, 403, "This server answers to its own address only.");
    if (request.method !== "GET") return refuse(response, 405, "Only GET.");
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/events") return stream(request, response, searchParams.get("after"));
    if (pathname !== "/") return refuse(response, 404, "Nothing here; the page is at /.");
    const text = await livePage();
    response.writeHead(200, { ...headers, "Content-Type": "text/html; charset=utf-8" }).end(text);
  };

  const livePage = async (): Promise<string> => {
    const page = run === undefined ? null : reportPage(await gatherLive(run), ended === null);
    const status = html`<p id="live-status" aria-live="polite">${ended ?? (progress || "The run has not begun yet.")}</p>`;
    return pageText({
      title: page?.title ?? "Heddle",
      lead: html`<div id="live-lead">${page?.lead}</div>${status}`,
      parts: page?.parts ?? [],
      footer: page?.footer ?? html`Heddle`,
      live: true,
    });
  };

  const stream = async (request: IncomingMessage, response: ServerResponse, after: string | null): Promise<void> => {
    response.writeHead(200, {
      ...headers,
      "Content-Type": "text/event-stream",
      "Cache-Control": "no-cache, no-transform",
      "X-Accel-Buffering": "no",
    });
    response.write("retry: 1000\n\n");
    // A reconnecting browser says what it has; whatever that is, the newest news holds all before it.
    const seen = request.headers["last-event-id"] ?? after;
    await draw();
    if (news > 0 && seen !== id()) send(response, "news", body, id());
    if (progress) send(response, "progress", progress);
    if (ended !== null) {
      send(response, "end", ended);
      response.end();
      return;
    }
    streams.add(response);
    const alive = setInterval(() => response.write(": alive\n\n"), keepAliveMs);
    response.on("close", () => {
      clearInterval(alive);
      streams.delete(response);
    });
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) refuse(response, 500, error instanceof Error ? error.message : String(error));
    });
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  await listen(server, port);
  // It ends with the training, not the other way round.
  server.unref();
  const { port: own } = server.address() as AddressInfo;

  return {
    address: `http://${host}:${own}/`,
    tell(event) {
      if (event.kind === "start") {
        run = event.header.run ?? undefined;
        drawSoon();
      } else if (event.kind === "epoch") {
        load = loadText(event.load);
        drawSoon();
      } else if (event.kind === "progress") {
        const now = performance.now();
        if (now - lastProgress < progressMs) return;
        lastProgress = now;
        const { epoch, epochs, step, steps, samplesPerSecond, eta } = event;
        progress = `Epoch ${epoch} of ${epochs}, step ${step} of ${steps}, ${count(samplesPerSecond)} samples/s, ${clock(eta)} left.${load}`;
        for (const each of streams) send(each, "progress", progress);
      }
    },
    async close(ending) {
      ended = ending;
      clearTimeout(timer);
      await draw();
      for (const each of streams) {
        send(each, "end", ending);
        each.end();
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        // What was written gets a moment to leave; a browser that keeps its connection open does not hold the program.
        setTimeout(() => {
          for (const socket of sockets) socket.destroy();
        }, 200).unref();
        server.closeIdleConnections();
      });
    },
  };
}

/** " Ranks computed in 97 %, 95 % of the last epoch, and waited in the rest." */
function loadText(load: readonly number[] = []): string {
  if (load.length < 2) return "";
  return ` Ranks computed in ${load.map((share) => `${Math.round(100 * share)} %`).join(", ")} of the last epoch, and waited in the rest.`;
}

const headers = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
} as const;

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...headers, "Content-Type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}

async function listen(server: Server, port: number | undefined): Promise<void> {
  const attempt = (number: number): Promise<NodeJS.ErrnoException | null> =>
    new Promise((resolve) => {
      const failed = (error: NodeJS.ErrnoException): void => resolve(error);
      server.once("error", failed);
      server.listen(number, host, () => {
        server.off("error", failed);
        resolve(null);
      });
    });
  if (port !== undefined && browsersRefuse(port)) {
    const fix = "Name another with --port.";
    throw usageError({ where: "--port", expected: "a port that browsers ask", got: `${port}, which they refuse`, fix });
  }
  const tried = port === undefined ? Array.from({ length: triedPorts }, (_, i) => firstPort + i) : [port];
  for (const number of tried) {
    const error = await attempt(number);
    if (error === null) return;
    if (error.code !== "EADDRINUSE" && error.code !== "EACCES") {
      throw runError({ where: "--live", expected: `to listen at ${host}:${number}`, got: error.message });
    }
  }
  const range =
    port === undefined ? `a free port of ${firstPort} to ${firstPort + triedPorts - 1}` : `port ${port} free`;
  throw usageError({
    where: port === undefined ? "--live" : "--port",
    expected: range,
    got: "one that is taken",
    fix: "Name another with --port.",
  });
}
