/** The operations of a pickle by their codes; `pickletools` of Python has their names. */
import type { Machine } from "./pickle.js";
import { PyDict, type PyGlobal, type PyValue } from "./pickle-objects.js";
import { longestNumber, unescapePython } from "./pickle-text.js";

type Operation = (this: Machine) => void;

const push = (make: (machine: Machine) => PyValue): Operation =>
  function () {
    this.push(make(this));
  };
const global = (module: string, name: string): PyGlobal => ({ global: `${module}.${name}` });
const bytesOf = (size: 1 | 4 | 8) => push((m) => Uint8Array.from(m.take(m.size(size))));
const textOf = (size: 1 | 4 | 8) => push((m) => m.take(m.size(size)).toString("utf8"));
/** Bytes that stay in the file's memory: a data set's images. */
const viewOf = (size: 1 | 4 | 8) => push((m) => m.take(m.size(size)));
const tuple = (count: number) => push((m) => Array.from({ length: count }, () => m.pop()).reverse());
const unknown = (what: string): Operation =>
  function () {
    this.refuse("a pickle of plain data", what);
  };

export const operations: Readonly<Record<number, Operation | undefined>> = Object.fromEntries(
  Object.entries({
    "(": function () {
      this.mark();
    },
    "0": function () {
      this.drop();
    },
    "1": function () {
      this.popMark();
    },
    "2": function () {
      this.push(this.top());
    },
    F: push((m) => Number(m.line(longestNumber))),
    G: push((m) => m.take(8).readDoubleBE()),
    I: push((m) => {
      const text = m.line(longestNumber);
      return text === "00" ? false : text === "01" ? true : m.number(text);
    }),
    J: push((m) => m.take(4).readInt32LE()),
    K: push((m) => m.size(1)),
    M: push((m) => m.size(2)),
    L: push((m) => m.number(m.line(longestNumber))),
    "\x8a": push((m) => m.long(m.size(1))),
    "\x8b": push((m) => m.long(m.size(4))),
    N: push(() => null),
    "\x88": push(() => true),
    "\x89": push(() => false),
    S: push((m) => unescapePython(m.line(), (got) => m.refuse("a text in quotes", got))),
    T: viewOf(4),
    U: viewOf(1),
    B: viewOf(4),
    C: bytesOf(1),
    "\x8e": viewOf(8),
    "\x96": viewOf(8),
    V: push((m) =>
      m.line().replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (_, short?: string, long?: string) => {
        const point = Number.parseInt(short ?? long ?? "", 16);
        return point <= 0x10ffff ? String.fromCodePoint(point) : "\ufffd";
      }),
    ),
    X: textOf(4),
    "\x8c": textOf(1),
    "\x8d": textOf(8),
    "]": push(() => []),
    ")": push(() => []),
    "}": push(() => new PyDict()),
    "\x8f": push(() => []),
    l: push((m) => m.popMark()),
    t: push((m) => m.popMark()),
    "\x91": push((m) => m.popMark()),
    d: function () {
      const items = this.popMark();
      this.push(new PyDict());
      this.setItems(items);
    },
    a: function () {
      const item = this.pop();
      this.append([item]);
    },
    e: function () {
      this.append(this.popMark());
    },
    "\x90": function () {
      this.append(this.popMark());
    },
    s: function () {
      const value = this.pop();
      const key = this.pop();
      this.setItems([key, value]);
    },
    u: function () {
      this.setItems(this.popMark());
    },
    "\x85": tuple(1),
    "\x86": tuple(2),
    "\x87": tuple(3),
    p: function () {
      this.put(Number(this.number(this.line(longestNumber))));
    },
    q: function () {
      this.put(this.size(1));
    },
    r: function () {
      this.put(this.size(4));
    },
    "\x94": function () {
      this.put();
    },
    g: function () {
      this.get(Number(this.number(this.line(longestNumber))));
    },
    h: function () {
      this.get(this.size(1));
    },
    j: function () {
      this.get(this.size(4));
    },
    c: push((m) => global(m.line(), m.line())),
    "\x93": push((m) => {
      const name = m.pop();
      const module = m.pop();
      return typeof name === "string" && typeof module === "string"
        ? global(module, name)
        : m.refuse("the name of a global", "something else");
    }),
    R: function () {
      this.call();
    },
    "\x81": function () {
      this.call();
    },
    b: function () {
      this.build();
    },
    "\x80": function () {
      const version = this.size(1);
      if (version > 5) this.refuse("a pickle of protocol 0 to 5", `protocol ${version}`);
    },
    "\x95": function () {
      this.take(8);
    },
    i: unknown("an object of a class of its own"),
    o: unknown("an object of a class of its own"),
    "\x92": unknown("an object of a class of its own"),
    P: unknown("something that lies outside of the file (a persistent id)"),
    Q: unknown("something that lies outside of the file (a persistent id), as torch.save writes it"),
    "\x97": unknown("a buffer that lies outside of the file"),
    "\x98": unknown("a buffer that lies outside of the file"),
  } satisfies Record<string, Operation>).map(([code, operation]) => [code.charCodeAt(0), operation]),
);
