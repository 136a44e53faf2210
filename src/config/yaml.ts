/** A YAML file (or JSON, which is YAML) with the place of everything in it: errors name file, line and column. */
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Pair, parseDocument } from "yaml";
import { usageError } from "../base/errors.js";
import { readOnce, reasonOf } from "../base/read-file.js";

export interface YamlFile {
  readonly document: Document.Parsed;
  /** "file:line:col" of an offset. */
  readonly place: (offset: number) => string;
  /** The value of a node, aliases followed. Throws `usageError` for one that leads nowhere, to itself, or to far too much. */
  readonly plain: (node: unknown, where: string) => unknown;
  /** The place of what a path of keys and indices leads to; of its key, where it has one. */
  readonly at: (path: readonly (string | number)[]) => string;
}

/** `-` is stdin; `flag` names the file in errors. Throws `usageError`. */
export async function readYaml(path: string, flag: string): Promise<YamlFile> {
  const lines = new LineCounter();
  const document = parse(await readText(path, flag), lines, path);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [syntaxError] = document.errors;
  if (syntaxError) {
    throw usageError({
      where: place(syntaxError.pos[0]),
      expected: "valid YAML or JSON",
      got: wordsOf(syntaxError.message),
    });
  }
  return {
    document,
    place,
    plain: (node, where) => plainOf(node, document, where),
    at: (path) => place(offsetOf(document.contents, path)),
  };
}

function offsetOf(contents: unknown, path: readonly (string | number)[]): number {
  let [node, offset] = [contents, startOf(contents) ?? 0];
  for (const step of path) {
    if (isMap(node)) {
      const pair: Pair | undefined = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && node.items[Number(step)] !== undefined) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);

function parse(text: string, lineCounter: LineCounter, path: string): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false });
  } catch (cause) {
    throw usageError({ where: path, expected: "valid YAML or JSON", got: wordsOf((cause as Error).message), cause });
  }
}

/** What the parser says to programmers, as users need it. */
function wordsOf(message: string): string {
  if (message.includes("multiple documents")) return "a second document (---)";
  if (message.includes("call stack")) return "too many levels";
  return `an error (${message.replace(/\.$/, "")})`;
}

function plainOf(node: unknown, document: Document, where: string): unknown {
  const refuse = (got: string, cause: unknown) => usageError({ where, expected: "a plain value", got, cause });
  let plain: unknown;
  try {
    plain = isNode(node) ? (node.toJS(document) as unknown) : null;
  } catch (cause) {
    throw refuse(wordsOf((cause as Error).message), cause);
  }
  try {
    JSON.stringify(plain);
  } catch (cause) {
    throw refuse("one that contains itself", cause);
  }
  return plain ?? null;
}

async function readText(path: string, flag: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readOnce(path, "a readable file"));
  } catch (cause) {
    const got = reasonOf((cause as Error).cause ?? cause);
    throw usageError({ where: `${flag} ${path}`, expected: "a readable YAML or JSON file", got, cause });
  }
}
