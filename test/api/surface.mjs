/**
 * What callers of the package can name, in one file: every export of dist/types/index.d.ts with its type as the compiler has it,
 * and below them the types that these lead to. A change of it is a change of the public API: the test that compares asks for a
 * look, and this writes it:
 *
 *   npm run build && node test/api/surface.mjs
 */
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = fileURLToPath(new URL("../..", import.meta.url));
const types = `${root}dist/types/`;
const path = fileURLToPath(new URL("surface.txt", import.meta.url));

const flags =
  ts.NodeBuilderFlags.NoTruncation |
  ts.NodeBuilderFlags.InTypeAlias |
  ts.NodeBuilderFlags.MultilineObjectLiterals |
  ts.NodeBuilderFlags.UseAliasDefinedOutsideCurrentScope |
  ts.NodeBuilderFlags.OmitParameterModifiers;

/** The text of the surface. */
export function surface() {
  const program = ts.createProgram([`${types}index.d.ts`], {
    strict: true,
    noEmit: true,
    // Unions are written in the same order whatever else is compiled.
    stableTypeOrdering: true,
    target: ts.ScriptTarget.ES2023,
    // Not a browser's: reading those takes longer than all else.
    lib: ["lib.es2023.d.ts"],
    module: ts.ModuleKind.NodeNext,
    types: ["node"],
    typeRoots: [`${root}node_modules/@types`],
  });
  const checker = program.getTypeChecker();
  const index = program.getSourceFile(`${types}index.d.ts`);
  const exported = new Map();
  for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(index))) {
    exported.set(symbol.name, ts.SymbolFlags.Alias & symbol.flags ? checker.getAliasedSymbol(symbol) : symbol);
  }
  const written = writer(program, checker);
  const publics = [...exported].sort(byName).map(([name, symbol]) => written.declare(name, symbol, "export "));
  const known = new Set(exported.values());
  const reached = new Map();
  // Types that are met while others are written are written too.
  for (let waiting = written.met(known); waiting.length > 0; waiting = written.met(known)) {
    for (const symbol of waiting) {
      known.add(symbol);
      reached.set(`${symbol.name} ${written.home(symbol)}`, written.declare(symbol.name, symbol, ""));
    }
  }
  const others = [...reached].sort(byName).map(([name, text]) => `// ${name.split(" ")[1]}\n${text}`);
  const head = "// Made by test/api/surface.mjs from dist/types.";
  return [head, ...publics, "// Not exported, but met in what is.", ...others].join("\n\n").concat("\n");
}

const byName = ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0);

/** Not "#private", which stands for all that a class keeps to itself. */
const isPublic = ({ name }) => !name.startsWith("#") && !name.startsWith("__#");

/** Writes declarations of symbols, and remembers which types of ours it met. */
function writer(program, checker) {
  const printer = ts.createPrinter({ removeComments: true });
  const any = program.getSourceFile(`${types}index.d.ts`);
  const seen = new Set();
  const home = (symbol) => relative(types, symbol.declarations?.[0]?.getSourceFile().fileName ?? "");
  const isOurs = (symbol) => symbol.declarations?.length > 0 && !home(symbol).startsWith("..");

  const look = (node) => {
    const symbol = ts.isIdentifier(node) ? node.symbol : undefined;
    const named = ts.SymbolFlags.Interface | ts.SymbolFlags.TypeAlias | ts.SymbolFlags.Class;
    if (symbol && symbol.flags & named && isOurs(symbol)) seen.add(symbol);
    ts.forEachChild(node, look);
  };
  const print = (node) => {
    look(node);
    return printer.printNode(ts.EmitHint.Unspecified, node, any);
  };
  const typeText = (type) => print(checker.typeToTypeNode(type, undefined, flags));
  const parametersOf = (declaration) => {
    const all = declaration.typeParameters?.map((each) => print(each)) ?? [];
    return all.length > 0 ? `<${all.join(", ")}>` : "";
  };

  const members = (type) =>
    checker
      .getPropertiesOfType(type)
      .filter(isPublic)
      .map((property) => {
        const of = checker.getTypeOfSymbol(property);
        const [declaration] = property.declarations ?? [];
        const modifiers = declaration ? ts.getCombinedModifierFlags(declaration) : 0;
        const before = modifiers & ts.ModifierFlags.Readonly ? "readonly " : "";
        const optional = property.flags & ts.SymbolFlags.Optional ? "?" : "";
        return `  ${before}${property.name}${optional}: ${typeText(of).replaceAll("\n", "\n  ")};`;
      });

  function declare(name, symbol, before) {
    const [declaration] = symbol.declarations;
    if (symbol.flags & ts.SymbolFlags.TypeAlias) {
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      return `${before}type ${name}${parametersOf(declaration)} = ${typeText(type)};`;
    }
    if (symbol.flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)) {
      const kind = symbol.flags & ts.SymbolFlags.Class ? "class" : "interface";
      const type = checker.getDeclaredTypeOfSymbol(symbol);
      const calls = type.getCallSignatures().map((each) => `  ${checker.signatureToString(each)};`);
      const made =
        kind === "class"
          ? checker
              .getTypeOfSymbol(symbol)
              .getConstructSignatures()
              .map((each) => `  new ${checker.signatureToString(each)};`)
          : [];
      return `${before}${kind} ${name}${parametersOf(declaration)} {\n${[...made, ...calls, ...members(type)].join("\n")}\n}`;
    }
    return `${before}const ${name}: ${typeText(checker.getTypeOfSymbol(symbol))};`;
  }

  return { declare, home, met: (known) => [...seen].filter((symbol) => !known.has(symbol)) };
}

/** What was written last. */
export const writtenSurface = () => readFileSync(path, "utf8");

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(path, surface());
  process.stdout.write(`${path}\n`);
}
