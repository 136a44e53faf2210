/** Reads the bodies of requests: counted as they come, with a limit for each and one for all that are under way. */
import type { IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { bytes as bytesText } from "../base/text.js";
import { Refusal } from "./refusal.js";

/** Bytes of one body. */
export const mostBody = 16 * 2 ** 20;
/** Bytes of all bodies under way, and of the images that they hold. */
const mostUnderWay = 24 * 2 ** 20;
/**
 * After as many bytes of large bodies their memory is given back at once: V8 alone waits until the process has grown. It takes
 * 25 ms, in which nobody is answered; small bodies need none of it.
 */
const [large, mostUncollected] = [2 ** 18, 8 * 2 ** 20];
/** Of a body that is too long the rest is read and thrown away for so long: a client that still sends hears no answer. */
const [mostThrown, throwMilliseconds] = [64 * 2 ** 20, 1000];

const tooMany = "too much is under way; try again";
export const tooLong = `expected a body of at most ${bytesText(mostBody)}, got more`;

/** Counts memory that follows from the body as under way too. Throws `Refusal`. */
export type Hold = (bytes: number) => void;

/** The bodies of one server. */
export class Bodies {
  #underWay = 0;
  #uncollected = 0;
  /** Refuse those that have not come whole. */
  readonly #unread = new Set<(status: number, message: string) => void>();

  /** Calls `use` with the whole body, which counts as under way until `use` is done. Throws `Refusal`. */
  async with<T>(request: IncomingMessage, use: (body: Uint8Array, hold: Hold) => Promise<T>): Promise<T> {
    const held = { bytes: 0 };
    const hold = (bytes: number): void => {
      if (this.#underWay + bytes > mostUnderWay) throw new Refusal(503, tooMany);
      held.bytes += bytes;
      this.#underWay += bytes;
    };
    try {
      return await use(await this.#read(request, held), hold);
    } finally {
      this.#underWay -= held.bytes;
      if (held.bytes > large) this.#uncollected += held.bytes;
      if (this.#uncollected > mostUncollected) {
        this.#uncollected = 0;
        collectGarbage();
      }
    }
  }

  /** Clients that have not sent all of their body are answered now. */
  refuseUnread(status: number, message: string): void {
    for (const refuse of this.#unread) refuse(status, message);
  }

  // Not by `for await`: leaving such a loop destroys the connection, and the answer with it.
  #read(request: IncomingMessage, held: { bytes: number }): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      let chunks: Buffer[] = [];
      const take = (chunk: Buffer): void => {
        held.bytes += chunk.length;
        this.#underWay += chunk.length;
        chunks.push(chunk);
        if (held.bytes > mostBody) refuse(413, tooLong);
        else if (this.#underWay > mostUnderWay) refuse(503, tooMany);
      };
      const whole = (): void => {
        this.#unread.delete(refuse);
        resolve(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
      };
      const left = (): void => {
        this.#unread.delete(refuse);
        reject(new Refusal(400, "the connection ended within the body"));
      };
      const refuse = (status: number, message: string): void => {
        this.#unread.delete(refuse);
        request.off("data", take).off("end", whole);
        for (const event of ["close", "error"]) request.off(event, left);
        chunks = [];
        void throwAway(request).then(() => reject(new Refusal(status, message)));
      };
      this.#unread.add(refuse);
      request.on("data", take);
      request.once("end", whole);
      // Comes after the end too, when it says nothing more.
      for (const event of ["close", "error"]) request.once(event, left);
    });
  }
}

let collect: (() => void) | null = null;
/** Some milliseconds, once for megabytes of bodies. Node has no other door to it in a process that was started without a flag. */
function collectGarbage(): void {
  if (!collect) {
    setFlagsFromString("--expose-gc");
    collect = runInNewContext("gc") as () => void;
    setFlagsFromString("--no-expose-gc");
  }
  collect();
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
