/** Reads the bodies of requests: counted as they come, with a limit for each and one for all that are under way. */
import type { IncomingMessage } from "node:http";
import { bytes as bytesText } from "../base/text.js";
import { Refusal } from "./refusal.js";

/** Bytes of one body. */
export const mostBody = 16 * 2 ** 20;
/** Bytes of all bodies under way, and of the images that they hold. */
const mostUnderWay = 48 * 2 ** 20;
/** Of a body that is too long the rest is read and thrown away for so long: a client that still sends hears no answer. */
const [mostThrown, throwMilliseconds] = [64 * 2 ** 20, 1000];

const tooMany = "too much is under way; try again";

let underWay = 0;

/** Counts memory that follows from the body as under way too. Throws `Refusal`. */
export type Hold = (bytes: number) => void;

/** Calls `use` with the whole body, which counts as under way until `use` is done. Throws `Refusal`. */
export async function withBody<T>(
  request: IncomingMessage,
  use: (body: Uint8Array, hold: Hold) => Promise<T>,
): Promise<T> {
  const held = { bytes: 0 };
  const hold = (bytes: number): void => {
    if (underWay + bytes > mostUnderWay) throw new Refusal(503, tooMany);
    held.bytes += bytes;
    underWay += bytes;
  };
  try {
    return await use(await readBody(request, held), hold);
  } finally {
    underWay -= held.bytes;
  }
}

// Not by `for await`: leaving such a loop destroys the connection, and the answer with it.
function readBody(request: IncomingMessage, held: { bytes: number }): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    const take = (chunk: Buffer): void => {
      held.bytes += chunk.length;
      underWay += chunk.length;
      chunks.push(chunk);
      if (held.bytes > mostBody) refuse(413, `expected a body of at most ${bytesText(mostBody)}, got more`);
      else if (underWay > mostUnderWay) refuse(503, tooMany);
    };
    const whole = (): void => resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    const left = (): void => reject(new Refusal(400, "the connection ended within the body"));
    const refuse = (status: number, message: string): void => {
      request.off("data", take).off("end", whole);
      for (const event of ["close", "error"]) request.off(event, left);
      chunks = [];
      void throwAway(request).then(() => reject(new Refusal(status, message)));
    };
    request.on("data", take);
    request.once("end", whole);
    // Comes after the end too, when it says nothing more.
    for (const event of ["close", "error"]) request.once(event, left);
  });
}

/** Reads what is left of a body that nobody wants, within reason. */
export function throwAway(request: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let thrown = 0;
    const timer = setTimeout(resolve, throwMilliseconds);
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.on("data", (chunk: Buffer) => {
      thrown += chunk.length;
      if (thrown > mostThrown) done();
    });
    for (const event of ["end", "close", "error"]) request.once(event, done);
    if (request.complete) done();
    else request.resume();
  });
}
