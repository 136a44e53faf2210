/** What a person should know of how image files were read, as nobody asked for it. */
import type { Finding } from "../../base/finding.js";
import { count, counted } from "../../base/text.js";
import type { FileFacts, Misnamed } from "./read.js";
import type { ImageSettings } from "./settings.js";
import { sizeText } from "./sizes.js";

export function factFindings(
  { transparent, frames, misnamed, deep, mixed }: FileFacts,
  settings: ImageSettings,
): Finding[] {
  const findings: Finding[] = [];
  if (mixed) {
    const { smallest, largest, chosen } = mixed;
    const evidence = `Images of different sizes (${sizeText(smallest)} to ${sizeText(largest)}) were brought to ${sizeText(chosen)} (${settings.fit}).`;
    const fix = "--image-size HEIGHTxWIDTH says another size, --fit how.";
    findings.push({ id: "mixed-sizes", severity: "note", evidence, fix });
  }
  if (transparent && settings.paper === null) {
    const { images, paper } = transparent;
    const other = paper === "black" ? "white" : "black";
    const evidence = `${counted(images, "image is", "images are")} transparent in parts: laid on ${paper}, which shows most of them.`;
    findings.push({
      id: "transparent",
      severity: "note",
      evidence,
      fix: `--paper ${other} (or grey, #RRGGBB) says another.`,
    });
  }
  if (frames > 0) {
    const evidence = `${counted(frames, "file holds", "files hold")} more than one frame or page (animated, or a stack): the first was taken.`;
    findings.push({ id: "first-frame", severity: "note", evidence, fix: "" });
  }
  if (misnamed) findings.push({ id: "misnamed", severity: "note", evidence: misnamedText(misnamed), fix: "" });
  if (deep && settings.maximum === null) {
    findings.push(...unusedBits(counted(deep.images, "file has", "files have"), deep.largest));
  }
  return findings;
}

/** Which files are not what their names say; they are read all the same. */
export function misnamedText({ files, some }: Misnamed): string {
  const named = some.slice(0, 4).map(({ name, format }) => `${name} (${format})`);
  const more = files > named.length ? ` and ${count(files - named.length)} more` : "";
  const one = "file is not what its name says, and is read as what it is";
  const many = "files are not what their names say, and are read as what they are";
  return `${counted(files, one, many)}: ${named.join(", ")}${more}.`;
}

/** What `who` says has 16 bits a sample is read as v >> 8: where it holds 8 or 12 of them, little or nothing is left. */
export function unusedBits(who: string, largest: number): Finding[] {
  const bits = Math.max(1, Math.ceil(Math.log2(largest + 1)));
  if (bits > 14) return [];
  const full = 2 ** bits - 1;
  const evidence =
    `${who} 16 bits a sample, but no value above ${count(largest)} of 65,535: ` +
    `${bits} bits are used, of which ${Math.max(0, bits - 8)} are left in 8.`;
  return [
    {
      id: "unused-bits",
      severity: bits > 12 ? "note" : "warning",
      evidence,
      fix: `--maximum ${full} takes that as white.`,
    },
  ];
}
