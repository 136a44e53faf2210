/** What shells offer after `heddle …`, asked of the shells themselves. */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { describeProgram, withBelow } from "../../src/cli/described.js";
import { choicesOf } from "../../src/index.js";
import { bin } from "./heddle.js";

const program = await describeProgram();
const all = withBelow(program);
const commandNames = program.commands.map(({ path }) => path);
const namesOf = (key: string): string[] => choicesOf[key].members.map(({ name }) => name.replace(/PATH$/, ""));

/** A line as it stands when Tab is pressed, and what may come in the place of its last word; without a space at its end. */
const cases: readonly [line: string, replies: readonly string[]][] = [
  ["heddle ", commandNames],
  ["heddle eva", ["evaluate"]],
  ["heddle help expo", ["export"]],
  ["heddle data ", ["list", "info", "show", "fetch", "verify", "help"]],
  ["heddle train --da", ["--dataset", "--data-dir", "--data-from-root"]],
  ["heddle train --dataset ", namesOf("dataset")],
  ["heddle train --dataset qmn", ["qmnist"]],
  ["heddle train --dataset=qmn", ["--dataset=qmnist"]],
  ["heddle train --dataset fold", ["folder:"]],
  ["heddle train --dataset folder:ph", ["folder:photos"]],
  ["heddle train --quiet --model resnet2", ["resnet20"]],
  ["heddle train --dtype ", ["f32", "f64"]],
  ["heddle train --optimizer adamw", ["adamw"]],
  ["heddle data info qm", ["qmnist"]],
  ["heddle summary lenet", ["lenet5"]],
  ["heddle export runs/1-a --to ", ["onnx", "web"]],
  ["heddle repro mnist", ["mnist-99"]],
  ["heddle completion ", ["bash", "zsh", "fish"]],
  ["heddle train --resume ", ["runs/1-a", "runs/2-b"]],
  ["heddle train --resume ru", ["runs"]],
  ["heddle train --config f", ["file.yaml"]],
  ["heddle train --lr ", []],
  ["heddle train --data-dir ru", ["runs"]],
  ["heddle compare runs/1-a runs/2-b runs/", ["runs/1-a", "runs/2-b"]],
  ["heddle predict runs/1-a with", ["with space.png"]],
  ["npx heddle train --dty", ["--dtype"]],
];

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "heddle-completion-"));
  for (const name of ["runs/1-a", "runs/2-b", "photos"]) mkdirSync(join(folder, name), { recursive: true });
  for (const name of ["file.yaml", "runs.csv", "with space.png"]) writeFileSync(join(folder, name), "");
  for (const shell of ["bash", "zsh", "fish"]) {
    writeFileSync(join(folder, `script.${shell}`), execFileSync(process.execPath, [bin, "completion", shell]));
  }
});
after(() => rmSync(folder, { recursive: true }));

const missing = (shell: string): string | false =>
  spawnSync(shell, ["--version"]).status === 0 ? false : `no ${shell} here`;

/** Runs a script in the folder and returns what it wrote: a block of lines for each case, a line "==" before each. */
function blocksOf(shell: string, args: readonly string[], script: string): string[][] {
  writeFileSync(join(folder, `ask.${shell}`), script);
  const { stdout, stderr } = spawnSync(shell, [...args, `ask.${shell}`], {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
  });
  assert.equal(stderr, "");
  const blocks = stdout.split(/^==\n/m).slice(1);
  return blocks.map((block) => [...new Set(block.split("\n").filter(Boolean))]);
}

const sorted = (names: readonly string[]): string[] => [...names].sort();
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** What bash makes of a line: it cuts at ":" and "=" too. */
const bashWords = (line: string): string[] =>
  line.split(" ").flatMap((word) => word.split(/([:=]+)/).filter((part, i) => part !== "" || (i === 0 && word === "")));

const askBash = (lines: readonly string[]): string[][] =>
  blocksOf(
    "bash",
    ["--norc", "--noprofile"],
    [
      "source ./script.bash",
      ...lines.map((line) => {
        const words = bashWords(line);
        return [
          `COMP_LINE=${quoted(line)} COMP_POINT=${line.length} COMP_WORDS=(${words.map(quoted).join(" ")})`,
          `COMP_CWORD=${words.length - 1} COMPREPLY=(); echo ==; _heddle 2>/dev/null`,
          'printf "%s\\n" "${COMPREPLY[@]}"',
        ].join("\n");
      }),
    ].join("\n"),
  );

describe("bash", { skip: missing("bash") }, () => {
  test("offers commands, options, names and paths", () => {
    const blocks = askBash(cases.map(([line]) => line));
    for (const [i, [line, replies]] of cases.entries()) {
      // A reply takes the place of what follows the last character that bash cuts at.
      const cut = /[^ ]*[:=]/.exec(line.slice(line.lastIndexOf(" ")))?.[0].trim() ?? "";
      assert.deepEqual(sorted(blocks[i]), sorted(replies.map((reply) => reply.slice(cut.length))), line);
    }
  });

  test("offers every option of every command", () => {
    const blocks = askBash(all.map(({ path }) => `heddle ${path}${path === "" ? "" : " "}-`));
    for (const [i, { path, options }] of all.entries()) {
      assert.deepEqual(sorted(blocks[i]), sorted(options.flatMap(({ names }) => names)), path);
      assert.ok(options.length > 0 || path.endsWith("help"), path);
    }
    assert.ok(all.length > 25);
  });
});

test("fish offers the same", { skip: missing("fish") }, () => {
  const lines = cases.map(([line]) => `echo ==; complete -C ${quoted(line)} | string replace -r '\\t.*' ''`);
  const blocks = blocksOf("fish", ["--no-config"], ["source ./script.fish", ...lines].join("\n"));
  for (const [i, [line, replies]] of cases.entries()) {
    const got = blocks[i].map((reply) => reply.replace(/\/$/, ""));
    // It shows all folders beside the runs, and those that match in the middle.
    if (replies.includes("runs/1-a") && line.endsWith(" ")) assert.ok(replies.every((reply) => got.includes(reply)));
    else if (replies.length > 0 && line.includes(" f"))
      assert.ok(
        replies.every((reply) => got.includes(reply)),
        line,
      );
    else assert.deepEqual(sorted(got), sorted(replies), line);
  }
});

/** Drives zsh's own line editor; what completion adds is written down where it is added, and a mark on screen tells when it is done. */
const zshScript = (lines: readonly string[]): string => `
zmodload zsh/zpty
zpty shell zsh -f -i
say() { zpty -w shell "$1"; }
say 'PROMPT=; autoload -U compinit; compinit -u -D; source ./script.zsh'
say 'compadd() { if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a found; builtin compadd -A found "$@"
  for word in $found; do print -r -- "$IPREFIX\${(Q)word}" >> replies; done; builtin compadd "$@" }'
say 'ask() { print -r -- "==" >> replies; zle complete-word; print DO""NE }; zle -N ask; bindkey "^T" ask; print DO""NE'
zpty -r shell screen '*DONE*'
for line in ${lines.map(quoted).join(" ")}; do
  zpty -w -n shell "$line"$'\\x14'
  zpty -r shell screen '*DONE*'
  zpty -w -n shell $'\\x15'
done
cat replies
`;

test("zsh offers the same", { skip: missing("zsh") }, () => {
  const blocks = blocksOf("zsh", ["-f"], zshScript(cases.map(([line]) => line)));
  for (const [i, [line, replies]] of cases.entries()) {
    const stem = /^.*\//.exec(line.split(" ").at(-1) ?? "")?.[0] ?? "";
    const got = blocks[i].map((reply) => (reply.startsWith(stem) ? reply : stem + reply));
    assert.deepEqual(sorted(got), sorted(replies), line);
  }
});

test("the script is the program's own to the byte, and needs a shell that it knows", () => {
  assert.match(readFileSync(join(folder, "script.bash"), "utf8"), /^complete -F _heddle heddle$/m);
  const { status, stderr } = spawnSync(process.execPath, [bin, "completion", "csh"], { encoding: "utf8" });
  assert.equal(status, 2);
  assert.match(stderr, /expected bash, zsh or fish, got "csh"/);
});
