/** The `--config` file: YAML or JSON (which is YAML), keys as in the schema. Errors name file, line and column. */
import { readFile } from "node:fs/promises";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { didYouMean, usageError } from "../errors.js";
import { checkValue, fields, isField } from "./fields.js";
import type { TrainConfig } from "./schema.js";

export async function readConfigFile(path: string): Promise<Partial<TrainConfig>> {
  const lines = new LineCounter();
  const document = parseDocument(await readText(path), { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${path}:${line}:${col}`;
  };

  const [syntaxError] = document.errors;
  if (syntaxError) {
    const [where, got] = [place(syntaxError.pos[0]), syntaxError.message];
    throw usageError({ where, expected: "valid YAML or JSON", got: `an error (${got.replace(/\.$/, "")})` });
  }
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return {};
  if (!isMap(document.contents)) {
    const where = place(document.contents.range?.[0] ?? 0);
    throw usageError({ where, expected: "keys with values (dataset: mnist)", got: "something else" });
  }

  const values: Record<string, unknown> = {};
  for (const { key, value } of document.contents.items) {
    const name = isScalar(key) ? String(key.value) : "(a compound key)";
    const where = place(isScalar(key) ? (key.range?.[0] ?? 0) : 0);
    if (!isField(name)) {
      const known = fields.map((field) => field.key);
      const fix = didYouMean(name, known) || `Known: ${known.join(", ")}.`;
      throw usageError({ where, expected: "a key of the configuration", got: name, fix });
    }
    const plain: unknown = (value as { toJS?(doc: unknown): unknown } | null)?.toJS?.(document) ?? null;
    checkValue(name, plain, `${where} (${name})`);
    values[name] = plain;
  }
  return values;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const got = (cause as NodeJS.ErrnoException).code ?? "an error";
    throw usageError({ where: `--config ${path}`, expected: "a readable YAML or JSON file", got, cause });
  }
}
