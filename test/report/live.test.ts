/** The page of a run that goes on. */
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { train } from "../../src/index.js";
import { openLive } from "../../src/report/live.js";
import type { TrainEvent } from "../../src/train/events.js";
import { configOf } from "../engine/runs.js";
import { refusal } from "../run/refuses.js";
import { closeBrowser, noBrowser, open } from "./browser.js";
import { hideAtFirst, setHidden } from "./in-page/hidden.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-live-"));
const run = join(folder, "run");
const going = join(folder, "going");
const metrics = join(going, "metrics.jsonl");
let lines: string[];

before(async () => {
  const config = configOf({ subset: 300, epochs: 10, threads: 1, out: run });
  await train({ config });
  cpSync(run, going, { recursive: true });
  rmSync(join(going, "result.json"));
  lines = readFileSync(metrics, "utf8").trimEnd().split("\n");
});
after(async () => {
  await closeBrowser();
  rmSync(folder, { recursive: true });
});

const start = { kind: "start", header: { run: going } } as TrainEvent;
const epoch = { kind: "epoch" } as TrainEvent;
/** As the file is after so many epochs. */
const grow = (epochs: number): void => writeFileSync(metrics, `${lines.slice(0, epochs + 1).join("\n")}\n`);

interface Message {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

function ask(address: string, headers: Record<string, string> = {}): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    // A connection of its own: one that was kept may lead to an earlier server at this port.
    get(address, { headers, agent: false }, resolve).on("error", reject);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of response) text += String(part);
  return text;
}

/** Messages until one satisfies; then the connection is cut. */
async function listen(address: string, until: (message: Message) => boolean, seen?: string): Promise<Message[]> {
  const response = await ask(`${address}events`, seen === undefined ? {} : { "Last-Event-ID": seen });
  const messages: Message[] = [];
  let text = "";
  for await (const part of response) {
    text += String(part);
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const fields = new Map(
        text
          .slice(0, end)
          .split("\n")
          .map((line) => [line.split(": ")[0], line.slice(line.indexOf(": ") + 2)]),
      );
      text = text.slice(end + 2);
      if (!fields.has("data")) continue;
      const message = { event: fields.get("event") ?? "", id: fields.get("id"), data: fields.get("data")! };
      messages.push(message);
      if (until(message)) {
        response.destroy();
        return messages;
      }
    }
  }
  return messages;
}

const epochsIn = ({ data }: Message): number[] => {
  const { sections } = JSON.parse(data) as { sections: { id: string; markup: string }[] };
  const curves = sections.find(({ id }) => id === "curves")?.markup ?? "";
  const table = /<caption>Loss by epoch.*?<\/table>/s.exec(curves)?.[0] ?? "";
  return [...table.matchAll(/<tr data-x="(\d+)">/g)].map(([, x]) => Number(x));
};

test("whoever is cut off and comes back has each epoch once, and is not told twice", async (t) => {
  const live = await openLive({});
  t.after(() => live.close("over"));
  live.tell(start);
  let seen: string | undefined;
  for (const done of [1, 3, 4, 8, 10]) {
    grow(done);
    live.tell(epoch);
    const [news] = await listen(live.address, ({ event }) => event === "news", seen);
    assert.deepEqual(
      epochsIn(news),
      Array.from({ length: done }, (_, i) => i + 1),
    );
    assert.notEqual(news.id, seen);
    seen = news.id;
  }
  const listening = listen(live.address, ({ event }) => event === "end", seen);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await live.close("The run is finished.");
  assert.deepEqual(
    (await listening).filter(({ event }) => event !== "news").map(({ event, data }) => [event, data]),
    [["end", "The run is finished."]],
  );
});

test("it answers to its own names alone, and lets nobody keep what it says", async (t) => {
  const live = await openLive({});
  t.after(() => live.close("over"));
  const { port, hostname } = new URL(live.address);
  assert.equal(hostname, "127.0.0.1");
  for (const [host, status] of [
    [`127.0.0.1:${port}`, 200],
    [`localhost:${port}`, 200],
    [`[::1]:${port}`, 200],
    ["127.0.0.1", 403],
    [`127.0.0.1:${Number(port) + 1}`, 403],
    [`evil.example:${port}`, 403],
  ] as const) {
    const response = await ask(live.address, { host });
    await textOf(response);
    assert.equal(response.statusCode, status, host);
    assert.equal(response.headers["access-control-allow-origin"], undefined);
  }
  const events = await ask(`${live.address}events`);
  assert.equal(events.headers["cache-control"], "no-cache, no-transform");
  assert.equal(events.headers["x-accel-buffering"], "no");
  assert.match(events.headers["content-type"] ?? "", /^text\/event-stream/);
  const pressed = await ask(`${live.address}events`, { "Accept-Encoding": "gzip, br" });
  assert.equal(pressed.headers["content-encoding"], undefined, "what is pressed waits for more");
  pressed.destroy();
  events.destroy();
  assert.equal((await ask(`${live.address}run.json`)).statusCode, 404);
});

test("a stream that has nothing to say says so before proxies cut it", async (t) => {
  const clocks: { tell: () => void; ms: number }[] = [];
  const never = setTimeout(() => {}, 0);
  t.mock.method(globalThis, "setInterval", (tell: () => void, ms: number) => (clocks.push({ tell, ms }), never));
  const live = await openLive({});
  const said = textOf(await ask(`${live.address}events`));
  while (clocks.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(clocks.every(({ ms }) => ms <= 15_000));
  for (const { tell } of clocks) tell();
  await live.close("over");
  assert.match(await said, /^: .*\n\n/m);
});

test("progress says how fast it goes, and how busy each rank was in the last epoch", async (t) => {
  const live = await openLive({});
  t.after(() => live.close("over"));
  live.tell(start);
  live.tell({ ...epoch, load: [0.974, 0.95] } as TrainEvent);
  const progress = { kind: "progress", epoch: 2, epochs: 3, step: 4, steps: 9, samplesPerSecond: 1234, eta: 60 };
  live.tell({ ...progress, values: {} } as TrainEvent);
  const said = (await listen(live.address, ({ event }) => event === "progress")).at(-1);
  assert.match(
    said!.data,
    /^Epoch 2 of 3, step 4 of 9, 1,234 samples\/s, 1:00 left\. Ranks computed in 97 %, 95 % of /,
  );
});

test("two at once take two ports; a port that is asked for by number and taken ends before training", async (t) => {
  const [one, two] = [await openLive({}), await openLive({})];
  t.after(() => Promise.all([one.close("over"), two.close("over")]));
  assert.notEqual(one.address, two.address);
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
  t.after(() => taken.close());
  const { port } = taken.address() as AddressInfo;
  const out = join(folder, "never");
  await assert.rejects(
    train({ config: configOf({ subset: 300, epochs: 1, out }), live: { port } }),
    refusal(2, /port: expected port \d+ free, got one that is taken/),
  );
});

test("a port that browsers refuse is refused before training", async () => {
  await assert.rejects(openLive({ port: 6000 }), refusal(2, /expected a port that browsers ask, got 6000, which they/));
});

test("a training serves its page, and says where", async () => {
  const notes: string[] = [];
  let asked: Promise<string> | undefined;
  const onEvent = (event: TrainEvent): void => {
    if (event.kind === "note") notes.push(event.text);
    if (event.kind !== "start") return;
    const address = /http:\S+/.exec(notes.join("\n"))?.[0] ?? "";
    asked = ask(address).then(textOf);
  };
  await train({
    config: configOf({ subset: 300, epochs: 2, threads: 1, out: join(folder, "served") }),
    live: {},
    onEvent,
  });
  const page = await asked!;
  assert.match(page, /<h1>digits-mlp on synthetic-digits<\/h1>/);
  assert.match(page, /connect-src 'self'/);
});

test("in a browser the page draws itself as epochs come", { skip: noBrowser }, async (t) => {
  const live = await openLive({});
  t.after(() => live.close("over"));
  grow(2);
  live.tell(start);
  const { page, complaints } = await open(t, live.address);
  await page.locator("#curves-loss tr[data-x='2']").first().waitFor({ state: "attached" });
  grow(5);
  live.tell(epoch);
  await page.locator("#curves-loss tr[data-x='5']").first().waitFor({ state: "attached" });
  assert.equal(await page.locator("#curves-loss tr[data-x]").count(), 5);
  await live.close("The run is finished.");
  await page.getByText("The run is finished.").waitFor();
  assert.deepEqual(
    complaints.filter((text) => !text.startsWith(`request: ${live.address}events`)),
    [],
  );
});

test("of eight pages each shows the run when it comes to the front: those behind hold no connection", {
  skip: noBrowser,
}, async (t) => {
  const live = await openLive({});
  t.after(() => live.close("over"));
  grow(2);
  live.tell(start);
  // No page of a browser without a screen is ever hidden: they are told that they are.
  const { page: first } = await open(t, live.address);
  const context = first.context();
  await context.addInitScript(hideAtFirst);
  await first.close();
  for (let i = 0; i < 8; i++) {
    const page = await context.newPage();
    await page.goto(live.address);
    const done = 3 + (i % 7);
    grow(done);
    await page.evaluate(setHidden, false);
    await page.locator(`#curves-loss tr[data-x='${done}']`).first().waitFor({ state: "attached" });
    assert.equal(await page.locator("#curves-loss tr[data-x]").count(), done);
    await page.evaluate(setHidden, true);
  }
});
