/** The `--config` file: YAML or JSON (which is YAML), keys as in the schema. Errors name file, line and column. */
import { isMap, isScalar } from "yaml";
import { usageError } from "../base/errors.js";
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
    values[name] = checkValue(name, plain(value, `${where} (${name})`), `${where} (${name})`);
  }
  return values;
}
