/** A flag that stands where another one wants its value: `--csv --top 5` would write a file called `--top`. */
import type { Command } from "commander";

export interface Swallowed {
  /** The flag, and what it wants. */
  readonly flag: string;
  readonly value: string;
  /** The flag that came instead. */
  readonly word: string;
}

/** The first of them among the words; null where there is none. */
export function findSwallowed(program: Command, argv: readonly string[]): Swallowed | null {
  let command = program;
  for (const [i, word] of argv.entries()) {
    if (word === "--") return null;
    command = command.commands.find((child) => child.name() === word) ?? command;
    const next = argv[i + 1];
    const option = command.options.find(({ long, short }) => [long, short].includes(word));
    const isFlag = command.options.some(({ long, short }) => [long, short].includes(next));
    if (next === undefined || !option?.required || !isFlag) continue;
    return { flag: word, value: /<.*>/.exec(option.flags)?.[0] ?? "", word: next };
  }
  return null;
}
