/** The `--config` file: YAML or JSON (which is YAML), keys as in the schema. Errors name file, line and column. */
import { isCollection, isMap, isScalar, visit } from "yaml";
import { HeddleError, usageError } from "../base/errors.js";
import { suggest } from "../base/registry.js";
import { checkValue, fields, isField } from "./fields.js";
import type { TrainConfig } from "./schema.js";
import { readYaml } from "./yaml.js";

export async function readConfigFile(path: string): Promise<Partial<TrainConfig>> {
  const { document, place, plain } = await readYaml(path, "--config");
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return {};
  if (!isMap(document.contents)) {
    const where = place(document.contents.range?.[0] ?? 0);
    throw usageError({ where, expected: "keys with values (dataset: mnist)", got: "something else" });
  }

  // The configuration of a run stands in its run.json, beside what was found; where it writes is the run's own.
  const ofRun = document.contents.has("dataHash") ? document.contents.get("config") : null;
  const items = isMap(ofRun) ? ofRun.items : document.contents.items;

  const values: Record<string, unknown> = {};
  for (const { key, value } of items) {
    const name = isScalar(key) ? String(key.value) : "(a compound key)";
    const where = place(isScalar(key) ? (key.range?.[0] ?? 0) : 0);
    if (!isField(name)) {
      const known = fields.map((field) => field.key);
      const fix = suggest(name, known);
      throw usageError({ where, expected: "a key of the configuration", got: name, fix });
    }
    if (ofRun && (name === "out" || name === "overwrite")) continue;
    const found = plain(value, `${where} (${name})`);
    const check = (from: string): unknown => checkValue(name, found, `${from} (${name})`);
    values[name] = nearest(check, value, where, place);
  }
  return values;
}

/** What is wrong within a list or an object is told with its own place: that of the key or value that the error names. */
function nearest<T>(check: (where: string) => T, value: unknown, where: string, place: (offset: number) => string): T {
  try {
    return check(where);
  } catch (error) {
    const got = error instanceof HeddleError && /, got "?([^"]+?)"?\.(?: |$)/.exec(error.message)?.[1];
    const offset = got ? offsetOf(value, got) : undefined;
    if (offset === undefined) throw error;
    return check(place(offset));
  }
}

/** Of the first key or value within a list or an object that reads so. */
function offsetOf(node: unknown, text: string): number | undefined {
  if (!isCollection(node)) return undefined;
  let found: number | undefined;
  visit(node, {
    Scalar(_key, scalar) {
      if (String(scalar.value) !== text) return undefined;
      found = scalar.range?.[0];
      return visit.BREAK;
    },
  });
  return found;
}
