/** Texts and numbers as Python's `repr` writes them, in pickles of protocol 0. */

/** Longer numbers and lines of digits are none that a data set has. */
export const longestNumber = 1000;

const escapes: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  b: "\b",
  f: "\f",
  v: "\v",
  a: "\x07",
  "0": "\0",
};

/** The bytes of `'…'` or `"…"`; `refuse` is told where it is neither. */
export function unescapePython(text: string, refuse: (got: string) => never): Uint8Array {
  const [, quote, inner] = /^(['"])(.*)\1$/s.exec(text) ?? [];
  if (quote === undefined) return refuse(JSON.stringify(text.slice(0, 40)));
  const plain = inner.replace(/\\(x[\da-fA-F]{2}|[0-7]{1,3}|.)/gs, (_, code: string) => {
    if (/^x../.test(code)) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    if (/^[0-7]+$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 255);
    return escapes[code] ?? code;
  });
  return Buffer.from(plain, "latin1");
}
