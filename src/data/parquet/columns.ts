/** Which column of a parquet file holds the images, which the classes, and which names the split. */
import type { SchemaTree } from "hyparquet";
import { z } from "zod";
import { dataError, type HeddleError, usageError } from "../../base/errors.js";
import { someOf } from "../../base/finding.js";
import { labelNames, splitNames } from "../../formats/csv/columns.js";
import type { ParquetFile } from "../../formats/parquet.js";

export interface ParquetColumns {
  readonly image: string;
  /** True where each value is a structure of `bytes` and `path`, as Hugging Face writes images. */
  readonly isStruct: boolean;
  /** Null where there are no classes. */
  readonly label: string | null;
  /** Names of the labels 0, 1, 2 …, where the file has them. */
  readonly names: readonly string[] | null;
  readonly split: string | null;
  readonly notes: readonly string[];
}

const nameOf = ({ element }: SchemaTree): string => element.name;
const isLeaf = ({ children }: SchemaTree): boolean => children.length === 0;
const isText = ({ element: { type, converted_type, logical_type } }: SchemaTree): boolean =>
  type === "BYTE_ARRAY" && (converted_type === "UTF8" || converted_type === "ENUM" || logical_type?.type === "STRING");
const isBytes = (column: SchemaTree): boolean =>
  isLeaf(column) && column.element.type === "BYTE_ARRAY" && !isText(column);
const isNumber = ({ element: { type } }: SchemaTree): boolean =>
  ["INT32", "INT64", "BOOLEAN", "FLOAT", "DOUBLE"].includes(type ?? "");
const bytesIn = (column: SchemaTree): SchemaTree | undefined =>
  column.children.find((child) => child.element.name === "bytes" && isBytes(child));

/** `asked` is `--label`. Throws `dataError` naming the columns where none holds images, or several could be meant. */
export function parquetColumns(
  { path, columns, notes: written }: ParquetFile,
  asked: string | undefined,
): ParquetColumns {
  const images = columns.filter((column) => bytesIn(column) ?? isBytes(column));
  if (images.length === 0) throw noImages(path, columns);
  const named = images.filter((column) => /^(?:image|img|picture|photo|pixel)/i.test(nameOf(column)));
  const [image, other] = named.length > 0 ? named : images;
  if (other) throw severalImages(path, named.length > 0 ? named : images);
  const features = featuresOf(written.get("huggingface"));
  const scalars = columns.filter(
    (column) => isLeaf(column) && (isNumber(column) || isText(column)) && !isRepeated(column),
  );
  const split = scalars.find((column) => isText(column) && splitNames.includes(nameOf(column).toLowerCase()));
  const free = scalars.filter((column) => column !== split && !/^__index_level|^(?:index|idx)$/.test(nameOf(column)));
  const { label, notes } = labelOf(path, free, features, asked);
  const unfit = columns.find(
    (column) => labelNames.includes(nameOf(column).toLowerCase()) && !scalars.includes(column),
  );
  if (label === null && unfit) throw notLabels(path, unfit);
  const used = [image, split, ...scalars.filter((column) => !free.includes(column))];
  const left = columns.filter((column) => !used.includes(column) && nameOf(column) !== label).map(nameOf);
  const told =
    left.length === 0 ? [] : [`Left out: ${left.length === 1 ? "the column" : "the columns"} ${someOf(left, 8)}.`];
  return {
    image: nameOf(image),
    isStruct: bytesIn(image) !== undefined,
    label,
    names: (label !== null && features.get(label)) || null,
    split: split ? nameOf(split) : null,
    notes: [...notes, ...told],
  };
}

const isRepeated = ({ element }: SchemaTree): boolean => element.repetition_type === "REPEATED";

const featureSchema = z.object({
  info: z.object({
    features: z.record(z.string(), z.object({ _type: z.string(), names: z.array(z.string()) }).or(z.unknown())),
  }),
});

/** The names of each column of classes (`ClassLabel`), as the library `datasets` writes them. */
function featuresOf(text: string | undefined): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  let value: unknown;
  try {
    value = JSON.parse(text ?? "null");
  } catch {
    return found; // names are a help, no more
  }
  const parsed = featureSchema.safeParse(value);
  if (!parsed.success) return found;
  for (const [name, feature] of Object.entries(parsed.data.info.features)) {
    const { success, data } = z.object({ names: z.array(z.string()) }).safeParse(feature);
    if (success) found.set(name, data.names);
  }
  return found;
}

function labelOf(
  path: string,
  free: readonly SchemaTree[],
  features: ReadonlyMap<string, readonly string[]>,
  asked: string | undefined,
): { label: string | null; notes: string[] } {
  const names = free.map(nameOf);
  if (asked !== undefined) {
    const found =
      names.find((name) => name === asked) ?? names.find((name) => name.toLowerCase() === asked.toLowerCase());
    if (found !== undefined) return { label: found, notes: [] };
    const expected = `the name of a column of ${path} (${names.join(", ")})`;
    throw usageError({ where: "--label", expected, got: asked });
  }
  const known = labelNames.find((word) => names.some((name) => name.toLowerCase() === word));
  if (known !== undefined) return { label: names.find((name) => name.toLowerCase() === known)!, notes: [] };
  const classes = names.filter((name) => features.has(name));
  const [only, other] = classes.length > 0 ? classes : names;
  if (only === undefined) return { label: null, notes: [] };
  if (other === undefined)
    return { label: only, notes: [`The column ${only} was taken for the class; --label NAME says otherwise.`] };
  throw dataError({
    where: path,
    expected: "one column of classes",
    got: someOf(classes.length > 0 ? classes : names, 8),
    fix: "--label NAME says which one it is.",
  });
}

const kindOf = (column: SchemaTree): string =>
  isLeaf(column)
    ? isText(column)
      ? "text"
      : (column.element.type ?? "?").toLowerCase()
    : isList(column)
      ? "list"
      : "struct";
const isList = ({ element, children }: SchemaTree): boolean =>
  element.converted_type === "LIST" || children.some(isRepeated);

function noImages(where: string, columns: readonly SchemaTree[]): HeddleError {
  const lists = columns.some(isList);
  const isTable = columns.filter((column) => isLeaf(column) && isNumber(column)).length > 15;
  return dataError({
    where,
    expected: "a column of image files: bytes, or a structure with bytes",
    got: someOf(
      columns.map((column) => `${nameOf(column)} (${kindOf(column)})`),
      8,
    ),
    fix: isTable
      ? "A column for each pixel is read from csv:FILE: pandas' to_csv(FILE, index=False) writes it."
      : lists
        ? "Pixels in lists are not read: save them by numpy.savez(FILE, x_train=…, y_train=…) and use npz:FILE."
        : "datasets' cast_column(NAME, Image()) makes images of paths.",
  });
}

const notLabels = (where: string, column: SchemaTree): HeddleError =>
  dataError({
    where,
    expected: `one class for each image in the column ${nameOf(column)}: a number or a text`,
    got: kindOf(column),
  });

const severalImages = (where: string, columns: readonly SchemaTree[]): HeddleError =>
  dataError({
    where,
    expected: "one column of image files",
    got: columns.map(nameOf).join(", "),
    fix: "Write a file with one of them: datasets' remove_columns.",
  });
