/** `heddle completion`: a script that makes a shell complete commands, options and values. */
import { Argument, type Command } from "commander";
import { bash } from "./completion/bash.js";
import { fish } from "./completion/fish.js";
import { zsh } from "./completion/zsh.js";
import { describeProgram } from "./described.js";
import { newCommand } from "./options.js";
import { printAsIs } from "./terminal.js";

const shells = { bash, zsh, fish };

const howTo = `
To have it in every new shell (heddle on the path, or called as npx heddle):
  bash  echo 'eval "$(npx heddle completion bash)"' >> ~/.bashrc
  zsh   echo 'source <(npx heddle completion zsh)' >> ~/.zshrc     (below compinit)
  fish  npx heddle completion fish > ~/.config/fish/completions/heddle.fish`;

export function command(): Command {
  return newCommand("completion", "Print a script that makes a shell complete commands, options and their values.")
    .addArgument(new Argument("<SHELL>", "shell to write it for").choices(Object.keys(shells)))
    .addHelpText("after", howTo)
    .action(async (shell: keyof typeof shells) => printAsIs(shells[shell](await describeProgram())));
}
