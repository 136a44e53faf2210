/**
 * Texts as UTF-8. What is none must not be read as if it were: each byte of another encoding becomes the same sign, and two
 * names that differ in such letters alone become one.
 */
import { isUtf8 } from "node:buffer";
import { dataError } from "./errors.js";

const newline = 10;

/** Throws `dataError` naming the first line that is no UTF-8. */
export function checkUtf8(bytes: Uint8Array, path: string): void {
  if (isUtf8(bytes)) return;
  let [line, start] = [1, 0];
  for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    [line, start] = [line + 1, end + 1];
  }
  throw dataError({
    where: `${path}, line ${line}`,
    expected: "text in UTF-8",
    got: "bytes of another encoding",
    fix: "Save it as UTF-8; where it comes from Windows, iconv -f WINDOWS-1252 -t UTF-8 does that.",
  });
}

/** Throws `dataError` naming the line. */
export function utf8Text(bytes: Uint8Array, path: string): string {
  checkUtf8(bytes, path);
  return new TextDecoder().decode(bytes);
}

/** UTF-8, or, where it is none, a letter for each byte (Latin-1): texts that differ stay so. */
export const anyText = (bytes: Uint8Array): string =>
  isUtf8(bytes) ? new TextDecoder().decode(bytes) : Buffer.from(bytes).toString("latin1");
