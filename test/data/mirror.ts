/** A mirror on this machine, as well or badly behaved as a test wants it. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";

/**
 * Answers one request; `nth` counts them from 0. `whenReceived` does something once the client says that it has so many
 * bytes of the file: what is under way when a connection breaks may be lost.
 */
export type Manner = (
  request: IncomingMessage,
  response: ServerResponse,
  nth: number,
  whenReceived: (bytes: number, action: () => void) => void,
) => void;

export interface Mirror {
  readonly url: string;
  /** The request headers so far, in order, with the path as `path`. */
  readonly log: readonly (Record<string, string | undefined> & { readonly path: string })[];
  /** The client says how much it has. */
  readonly received: (bytes: number) => void;
}

/** A server that closes with the test. */
export async function startMirror(t: TestContext, manner: Manner): Promise<Mirror> {
  const log: Mirror["log"][number][] = [];
  let waiting: { readonly bytes: number; readonly action: () => void }[] = [];
  const server = createServer((request, response) => {
    const { range, "if-range": ifRange, "accept-encoding": encoding } = request.headers;
    const headers = { range, ifRange: typeof ifRange === "string" ? ifRange : undefined, encoding: `${encoding}` };
    log.push({ path: request.url ?? "", ...headers });
    manner(request, response, log.length - 1, (bytes, action) => waiting.push({ bytes, action }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  const received = (bytes: number) => {
    const due = waiting.filter((each) => each.bytes <= bytes);
    waiting = waiting.filter((each) => each.bytes > bytes);
    for (const { action } of due) action();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/set`, log, received };
}

export const etag = '"version-1"';

/** As a server should: the whole file, or the range that was asked for. */
export const serving =
  (bytes: Uint8Array): Manner =>
  (request, response) => {
    const from = rangeStart(request);
    if (from === 0) {
      response.writeHead(200, { "content-length": bytes.length, etag }).end(bytes);
      return;
    }
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { "content-range": range, "content-length": bytes.length - from, etag });
    response.end(bytes.subarray(from));
  };

export const rangeStart = ({ headers }: IncomingMessage): number =>
  Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);

/** As `serving`, but cuts the connection after so many bytes of each answer. */
export const cutting =
  (bytes: Uint8Array, after: number): Manner =>
  (request, response, _, whenReceived) => {
    const from = rangeStart(request);
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    const headers = { "content-length": bytes.length - from, etag, ...(from > 0 && { "content-range": range }) };
    response.writeHead(from > 0 ? 206 : 200, headers);
    if (bytes.length - from <= after) response.end(bytes.subarray(from));
    else response.write(bytes.subarray(from, from + after));
    whenReceived(from + after, () => response.socket?.destroy());
  };

export const status =
  (code: number): Manner =>
  (_, response) => {
    response.writeHead(code).end("an answer for people");
  };

/** One manner for each request; the last one for all further ones. */
export const inTurn =
  (...manners: readonly Manner[]): Manner =>
  (request, response, nth, whenReceived) =>
    manners[Math.min(nth, manners.length - 1)](request, response, nth, whenReceived);
