/** Classes of data and of a model, matched by name: the position of a class in either says nothing. */
import { usageError } from "../base/errors.js";
import { type Finding, someOf } from "../base/finding.js";

export interface ClassMatch {
  /** For each class of the data, its number in the model; -1 where the model does not know it. */
  readonly toModel: readonly number[];
  readonly findings: readonly Finding[];
}

/**
 * Names are equal in whatever Unicode form; one that differs in case alone is taken for the class it can only mean.
 * Throws `usageError` naming `where` where no class is known. Data without classes have none to match.
 */
export function matchClasses(model: readonly string[], data: readonly string[], where: string): ClassMatch {
  const findings: Finding[] = [];
  const exact = new Map(model.map((name, label) => [plain(name), label]));
  const isTaken = new Set(data.map((name) => exact.get(plain(name))));
  const toModel = data.map((name) => {
    const label = exact.get(plain(name));
    if (label !== undefined) return label;
    const twins = model.flatMap((own, i) => (folded(own) === folded(name) && !isTaken.has(i) ? [i] : []));
    if (twins.length !== 1) return -1;
    const evidence = `${name} is taken for the model's class ${model[twins[0]]}.`;
    findings.push({ id: "class-spelling", severity: "warning", evidence, fix: "" });
    return twins[0];
  });
  const unknown = data.filter((_, label) => toModel[label] < 0);
  if (data.length > 0 && unknown.length === data.length) {
    throw usageError({
      where,
      expected: `a class that the model knows (${someOf(model, 10)})`,
      got: someOf(data, 10),
      fix: "Classes go by name, never by position.",
    });
  }
  if (unknown.length > 0) {
    const evidence = `The model does not know ${someOf(unknown, 10)}: such images are counted apart.`;
    findings.push({ id: "unknown-classes", severity: "warning", evidence, fix: "" });
  }
  return { toModel, findings };
}

const plain = (name: string): string => name.normalize("NFC").trim();
const folded = (name: string): string => plain(name).toLowerCase();
