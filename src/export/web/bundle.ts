/** Our own compiled modules as one script: each in a function of its own, after those that it imports. */
import { readFileSync } from "node:fs";
import { internalError } from "../../base/errors.js";

/** What a page has in the place of Node's. */
const zlib = new URL("./zlib.js", import.meta.url);

/** An expression whose value has the exports of the module at `entry`, and of all that it imports. Nothing of Node's but its zlib. */
export function bundle(entries: readonly URL[], name: string): string {
  const numbers = new Map<string, number>();
  const parts: string[] = [];
  const add = (url: URL): number => {
    const known = numbers.get(url.href);
    if (known !== undefined) return known;
    const exported: string[] = [];
    const body = readFileSync(url, "utf8")
      .replace(/^\/\/# sourceMappingURL=.*$/m, "")
      .replace(/^import \{([^}]*)\} from "([^"]+)";$/gm, (_, names: string, from: string) => {
        if (from === "node:zlib") return `const {${names}} = m${add(zlib)};`;
        if (!from.startsWith(".")) throw internalError(`${url.pathname} imports ${from}, which no page has`);
        return `const {${names.replace(/ as /g, ": ")}} = m${add(new URL(from, url))};`;
      })
      .replace(/^export ((?:async )?(?:const|function|class) )(\w+)/gm, (_, kind: string, what: string) => {
        exported.push(what);
        return kind + what;
      });
    if (/^(?:import|export)\b/m.test(body)) throw internalError(`${url.pathname} imports or exports in another way`);
    const number = numbers.size;
    numbers.set(url.href, number);
    parts.push(`const m${number} = (() => {\n${body}\nreturn { ${exported.join(", ")} };\n})();`);
    return number;
  };
  const all = entries.map((url) => `...m${add(url)}`);
  return `const ${name} = (() => {\n${parts.join("\n")}\nreturn { ${all.join(", ")} };\n})();`;
}
