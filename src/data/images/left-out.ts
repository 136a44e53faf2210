/** What a folder holds that is not used: counted, and named by kind in one line. */
import { type Finding, someOf } from "../../base/finding.js";
import { count, counted } from "../../base/text.js";

/** Each kind: how it is said, and whether images are lost by it. */
const kinds = {
  picture: { one: "image of a format that is not read", many: "images of formats that are not read", serious: true },
  format: { one: "file of another format", many: "files of other formats", serious: false },
  loose: { one: "image in no class folder", many: "images in no class folder", serious: true },
  unlabelled: { one: "image without a class", many: "images without a class", serious: false },
  beside: { one: "image in a folder beside the splits", many: "images in folders beside the splits", serious: true },
  empty: { one: "folder without images", many: "folders without images", serious: true },
  system: { one: "file or folder of the system's own", many: "files and folders of the system's own", serious: false },
  special: { one: "device, pipe or socket", many: "devices, pipes and sockets", serious: false },
  broken: { one: "link that leads nowhere", many: "links that lead nowhere", serious: true },
  circular: { one: "link that leads round in circles", many: "links that lead round in circles", serious: false },
  linked: { one: "link to another file", many: "links to other files", serious: true },
  unreadable: { one: "name that is no UTF-8", many: "names that are no UTF-8", serious: true },
} as const;
export type LeftOutKind = keyof typeof kinds;

/** Where `names` are groups ("test/", ".webp"), each with its own count. */
export class LeftOut {
  readonly #counts = new Map<LeftOutKind, Map<string, number>>();

  add(kind: LeftOutKind, name: string, many = 1): void {
    const names = this.#counts.get(kind) ?? new Map<string, number>();
    names.set(name, (names.get(name) ?? 0) + many);
    this.#counts.set(kind, names);
  }

  /** All of it as one finding; none where all is used. */
  finding(): Finding[] {
    const present = (Object.keys(kinds) as LeftOutKind[]).flatMap((kind) => {
      const names = this.#counts.get(kind);
      return names ? [{ kind, names }] : [];
    });
    if (present.length === 0) return [];
    const parts = present.map(({ kind, names }) => {
      const total = [...names.values()].reduce((sum, many) => sum + many, 0);
      const listed = [...names]
        .sort(([, a], [, b]) => b - a)
        .map(([name, many]) => (names.size > 1 || many > 1 ? groupText(kind, name, many) : name));
      return `${counted(total, kinds[kind].one, kinds[kind].many)} (${someOf(listed, 4)})`;
    });
    const severity = present.some(({ kind }) => kinds[kind].serious) ? "warning" : "note";
    const fix = this.#counts.has("picture") ? "Convert them to PNG or JPEG." : "";
    return [{ id: "left-out", severity, evidence: `Left out: ${parts.join("; ")}.`, fix }];
  }
}

/** Links and empty folders are one each: a count behind them says nothing. */
const groupText = (kind: LeftOutKind, name: string, many: number): string =>
  many === 1 && kind !== "format" && kind !== "picture" ? name : `${name} ${count(many)}`;
