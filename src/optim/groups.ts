/**
 * Groups of parameters: which tensors have a rate, a decay or an optimizer of their own, or stay as they are.
 *
 *   "bias, norm: decay 0; 0..2: frozen; last: lr 0.01"         on the command line
 *   [{match: "bias, norm", decay: 0}, {match: last, lr: 0.01}]   in YAML and JSON
 *
 * A selector is a kind (`weight`, `bias`, `norm`, `all`), a layer's number (`3`, `0..5`, `last`), or a pattern with * over names of layers and
 * tensors (`3.body.*`) or types (`conv*`); words beside each other must all fit (`0..2 weight`), commas are "or". The first group that fits
 * a tensor has it; what fits none is as without groups.
 */
import { z } from "zod";
import { type HeddleError, usageError } from "../base/errors.js";
import { suggest } from "../base/registry.js";
import { readSetting, type Setting, settingSchema } from "../base/setting.js";
import { optimizers } from "./index.js";

export interface Group {
  readonly match: string;
  /** Its base rate, which the schedule moves as it moves that of the run. */
  readonly lr?: number | undefined;
  /** In the place of its optimizer's weight-decay. */
  readonly decay?: number | undefined;
  readonly optimizer?: Setting | undefined;
  readonly frozen?: boolean | undefined;
}

const what = "an optimizer";
const groupSchema = z.strictObject({
  match: z.string().min(1),
  lr: z.number().positive().optional(),
  decay: z.number().min(0).optional(),
  optimizer: settingSchema(optimizers, what).optional(),
  frozen: z.boolean().optional(),
});

const keys = ["lr", "decay", "optimizer", "frozen"] as const;
const synonyms: Readonly<Record<string, (typeof keys)[number]>> = { rate: "lr", "weight-decay": "decay" };
const expected = 'groups as in "bias, norm: decay 0; last: lr 0.01"';

/** Groups as the command line says them. Throws `usageError`. */
export function parseGroups(text: string, where = "--groups"): Group[] {
  const parts = text.split(";").filter((part) => part.trim() !== "");
  if (parts.length === 0) throw usageError({ where, expected, got: JSON.stringify(text) });
  return parts.map((part): Group => {
    const at = part.indexOf(":");
    const match = part.slice(0, at < 0 ? undefined : at).trim();
    if (at < 0 || match === "") {
      throw usageError({
        where,
        expected,
        got: JSON.stringify(part.trim()),
        fix: "A colon stands before what they have.",
      });
    }
    // A comma begins the next setting where a key follows; betas have commas too.
    const settings = part.slice(at + 1).split(/,(?=\s*(?:lr|rate|decay|weight-decay|optimizer|frozen)\b)/);
    return check(
      { match, ...Object.fromEntries(settings.map((setting) => readWord(setting, `${where}, ${match}`))) },
      where,
    );
  });
}

function readWord(setting: string, where: string): [string, unknown] {
  const [, word = "", value = ""] = /^\s*([a-z-]+)\s*[=\s]?\s*(.*?)\s*$/i.exec(setting) ?? [];
  const key = synonyms[word] ?? word;
  if (!keys.some((known) => known === key)) {
    throw usageError({
      where,
      expected: "lr, decay, optimizer or frozen",
      got: `"${setting.trim()}"`,
      fix: suggest(word, keys),
    });
  }
  if (key === "frozen") {
    if (value === "") return [key, true];
    throw usageError({ where, expected: "frozen alone", got: `"${setting.trim()}"` });
  }
  if (key === "optimizer") return [key, readSetting(optimizers, value, { where, what })];
  const number = value === "" ? Number.NaN : Number(value);
  return [key, valueOf(key, number, where, JSON.stringify(value))];
}

/** A rate or decay that fits; `got` is how a wrong one is shown. */
function valueOf(key: "lr" | "decay", value: unknown, where: string, got = JSON.stringify(value)): unknown {
  if (groupSchema.shape[key].safeParse(value).success) return value;
  const expected = key === "lr" ? "a number above 0" : "a number of at least 0";
  throw usageError({ where: `${where}, ${key}`, expected, got });
}

/** One of a list's objects. Throws `usageError`. */
function readGroup(given: Readonly<Record<string, unknown>>, where = "--groups"): Group {
  const known = Object.keys(groupSchema.shape);
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    throw usageError({
      where,
      expected: "match, lr, decay, optimizer or frozen",
      got: `"${key}"`,
      fix: suggest(key, known),
    });
  }
  const { match, lr, decay, optimizer, frozen } = given;
  if (typeof match !== "string" || match === "") {
    throw usageError({ where, expected: "a match, as in {match: bias, decay: 0}", got: JSON.stringify(given) });
  }
  const named = `${where}, ${match}`;
  if (frozen !== undefined && typeof frozen !== "boolean") {
    throw usageError({ where: `${named}, frozen`, expected: "true or false", got: JSON.stringify(frozen) });
  }
  const group = {
    ...(lr !== undefined && { lr: valueOf("lr", lr, named) as number }),
    ...(decay !== undefined && { decay: valueOf("decay", decay, named) as number }),
    ...(optimizer !== undefined && { optimizer: readSetting(optimizers, optimizer, { where: named, what }) }),
    ...(frozen !== undefined && { frozen }),
  };
  return check({ match, ...group }, where);
}

/** What says nothing, or contradicts itself, is refused. */
function check(group: Group, where: string): Group {
  const { match, frozen, ...rest } = group;
  const said = Object.entries(rest).filter(([, value]) => value !== undefined);
  const refuse = (wanted: string, got: string): HeddleError =>
    usageError({ where: `${where}, ${match}`, expected: wanted, got });
  if (frozen && said.length > 0) throw refuse("frozen alone", `${said[0][0]} beside it`);
  if (!frozen && said.length === 0) throw refuse("lr, decay, optimizer or frozen", "nothing");
  return group;
}

const described = Object.entries(z.toJSONSchema(groupSchema, { io: "input" })).filter(([key]) => key !== "$schema");
/** Checked by `readGroup`, which says more of what is wrong; documented as what it takes. */
const oneOfList = z.looseObject({}).meta(Object.fromEntries(described));

/** The key of a configuration: a text, or a list of objects. */
export const groupsSchema = z
  .union([z.string().min(1), z.array(oneOfList).min(1).max(12)])
  .transform((value, context): readonly Group[] => {
    try {
      return typeof value === "string" ? parseGroups(value) : value.map((group) => readGroup(group));
    } catch (error) {
      context.addIssue({ code: "custom", message: (error as Error).message, params: { error } });
      return z.NEVER;
    }
  }) as unknown as z.ZodType<readonly Group[], string | readonly z.input<typeof groupSchema>[]>;
