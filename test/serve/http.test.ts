/** HTTP as other clients speak it: methods, targets, expectations, marks before JSON, hints for what is sent wrongly. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodePng } from "../../src/formats/png.js";
import { HeddleError, type ModelServer, serve } from "../../src/index.js";
import { writeModel } from "../../src/model/model-file.js";
import { resolveNet } from "../../src/nn/net.js";
import { buildNet } from "../../src/zoo/index.js";
import { weightsOf } from "../contract/lab.js";
import { imagesOf, modelOf } from "../export/models.js";

const input = { height: 28, width: 28, channels: 1 as const };
const net = resolveNet(buildNet("conv 4x3 same >> relu >> pool 4 >> flatten >> fc 4", { input, classes: 4 }));
const folder = mkdtempSync(join(tmpdir(), "heddle-http-"));
const path = join(folder, "model.safetensors");
/** A dark stroke on light paper. */
const drawn = Uint8Array.from({ length: 784 }, (_, i) => (Math.abs((i % 28) - 9) < 2 && i > 140 && i < 700 ? 20 : 250));
let server: ModelServer;

before(async () => {
  writeModel(path, modelOf(net).model, net.parameters, weightsOf(net, "f32", 0.3));
  server = await serve({ path, port: 0 });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** What comes back for a head and a body that are sent as they are, until the server says no more for a moment. */
function raw(head: string, body: Uint8Array | string = ""): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    let reply = "";
    let quiet: NodeJS.Timeout;
    const done = (): void => {
      socket.destroy();
      const end = reply.indexOf("\r\n\r\n");
      resolve({ status: Number(reply.slice(9, 12)), head: reply.slice(0, end), body: reply.slice(end + 4) });
    };
    socket.setEncoding("utf8").on("data", (part: string) => {
      reply += part;
      clearTimeout(quiet);
      quiet = setTimeout(done, 100);
    });
    socket.on("error", () => {});
    socket.write(`${head}\r\n\r\n`);
    socket.write(body);
  });
}
const host = "Host: localhost";
const post = (body: Uint8Array | string, query = "", ...headers: string[]) =>
  raw(
    [`POST /predict${query} HTTP/1.1`, host, `Content-Length: ${Buffer.byteLength(body)}`, ...headers].join("\r\n"),
    body,
  );
const json = (...images: unknown[]): string => JSON.stringify({ images });

test("HEAD is GET without its body; another method is 405 and names the right one", async () => {
  for (const where of ["/", "/health", "/metrics"]) {
    const [got, head] = [await raw(`GET ${where} HTTP/1.1\r\n${host}`), await raw(`HEAD ${where} HTTP/1.1\r\n${host}`)];
    assert.deepEqual([got.status, head.status, head.body], [200, 200, ""], where);
    const length = (text: string): number => Number(/Content-Length: (\d+)/.exec(text)?.[1]);
    if (where !== "/metrics") assert.equal(length(head.head), Buffer.byteLength(got.body), where);
    const posted = await raw(`POST ${where} HTTP/1.1\r\n${host}\r\nContent-Length: 2`, "{}");
    assert.equal(posted.status, 405, where);
    assert.match(posted.head, /^Allow: GET\r?$/m);
  }
});

test("a target with a host in it is served where that host may be asked; of two Hosts both must be", async () => {
  const status = async (...head: string[]): Promise<number> => (await raw(head.join("\r\n"))).status;
  assert.equal(await status(`GET ${server.url}/health HTTP/1.1`, host), 200);
  assert.equal(await status("GET http://evil.example/health HTTP/1.1", host), 403);
  assert.equal(await status(`GET ${server.url}/health HTTP/1.1`, "Host: evil.example"), 403);
  assert.equal(await status("GET /health HTTP/1.1", host, "Host: evil.example"), 403);
  assert.equal(await status("GET /health HTTP/1.1", "Host: evil.example", host), 403);
});

test("a body that waits to be asked for is not asked for where it is refused", async () => {
  const ask = (...headers: string[]) =>
    raw(["POST /predict HTTP/1.1", "Expect: 100-continue", ...headers].join("\r\n"));
  for (const [status, reply] of [
    [413, await ask(host, "Content-Length: 999999999")],
    [403, await ask("Host: evil.example", "Content-Length: 10")],
    [403, await ask(host, "Origin: null", "Content-Length: 10")],
  ] as const) {
    assert.equal(reply.status, status, reply.head);
    assert.match(reply.head, /Connection: close/i);
  }
  const body = json([...drawn]);
  const asked = await raw(
    `POST /predict HTTP/1.1\r\n${host}\r\nExpect: 100-continue\r\nContent-Length: ${body.length}`,
    body,
  );
  assert.equal(asked.status, 100);
  assert.match(asked.body, /HTTP\/1\.1 200 OK/);
});

test("what is refused for its query alone was read: the connection stays", async () => {
  const reply = await post(Buffer.alloc(2 ** 20, 0x20), "?prepare=mnits");
  assert.equal(reply.status, 400);
  assert.match(reply.body, /\?prepare=mnist, got another/);
  // Longer than the minute that clients and proxies keep theirs: who closes first loses no request.
  assert.match(reply.head, /Keep-Alive: timeout=(?:7\d|[89]\d|\d{3})/);
});

test("?prepare=mnist makes of numbers what it makes of a file with the same pixels", async () => {
  const png = encodePng({ ...input, pixels: drawn });
  const [file, numbers, plain] = [
    await post(png, "?prepare=mnist"),
    await post(json([...drawn]), "?prepare=mnist"),
    await post(json([...drawn])),
  ];
  assert.equal(file.status, 200, file.body);
  assert.equal(numbers.body, file.body);
  assert.notEqual(plain.body, file.body);
});

test("JSON after a byte order mark is JSON", async () => {
  assert.equal((await post(`\ufeff${json([...drawn])}`)).body, (await post(json([...drawn]))).body);
});

const png = Buffer.from(encodePng({ ...input, pixels: imagesOf(net.spec, 1) }));
const many = "1,".repeat(50_000);
const hints: readonly [what: string, body: Uint8Array | string, status: number, words: RegExp][] = [
  ["rows in rows", json(Array(28).fill(Array(28).fill(0))), 400, /got 28 lists: one flat list is meant/],
  ["far too many numbers", `{"images": [[${many}1]]}`, 400, /784 numbers .* each image, got 50001 values/],
  ["far too many keys", `{${many.replaceAll("1,", '"a":1,')}"images": []}`, 400, /got 50001 values/],
  ["base64", png.toString("base64"), 415, /got a file in base64: send its bytes/],
  ["a data URL", `data:image/png;base64,${png.toString("base64")}`, 415, /got a file in base64/],
  ["a BMP", Buffer.concat([Buffer.from("BM1234\0\0\0\0"), Buffer.alloc(60)]), 415, /got a BMP image\. Convert it/],
  ["packed bytes", Buffer.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), 415, /got gzip data/],
];
for (const [what, body, status, words] of hints) {
  test(`${what}: ${status}, and what to do instead`, async () => {
    const reply = await post(body);
    assert.equal(reply.status, status, reply.body);
    assert.match((JSON.parse(reply.body) as { error: string }).error, words);
  });
}

test("a server for the network says where other devices find it", async () => {
  const open = await serve({ path, port: 0, host: "0.0.0.0" });
  const { port } = new URL(open.url);
  const outside = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal);
  const said = open.notes.filter((note) => note.includes("Other devices")).join();
  assert.equal(said === "", outside.length === 0);
  for (const { address } of outside) assert.ok(said.includes(`http://${address}:${port}`), said);
  await open.stop();
  assert.ok(!server.notes.some((note) => note.includes("Other devices")));
});

test("names that no request is asked under are refused; an address may have its brackets", async () => {
  for (const name of ["http://x.example/", "x.example:80", "*.example", "a b", "[::1]:80"]) {
    await assert.rejects(serve({ path, port: 0, allowHosts: [name] }), (error: unknown) => {
      return error instanceof HeddleError && error.exitCode === 2 && /host, without a port/.test(error.message);
    });
  }
  const other = await serve({ path, port: 0, host: "[::1]", allowHosts: ["Model.example", "::2", "[::3]"] }).catch(
    () => null,
  );
  if (other === null) return; // no IPv6 here
  assert.match(other.url, /^http:\/\/\[::1\]:\d+$/);
  assert.equal((await fetch(`${other.url}/health`)).status, 200);
  await other.stop();
});
