/** The manual page, in roff: what help says of every command, on one page. `native/manual.mjs` writes it where the package is made. */
import { choicesOf, exitMeanings, usageOf } from "../index.js";
import { packageVersion } from "../version.js";
import { type Described, type DescribedOption, describeProgram, type Operand, withBelow } from "./described.js";

/** The text of `man/heddle.1`. */
export async function manual(): Promise<string> {
  const program = await describeProgram();
  const all = withBelow(program).slice(1);
  const commands = all.filter(({ path }) => !path.endsWith("help"));
  const shared = commands[0].options.filter((option) => commands.every((each) => has(each, option)));
  const parts = [
    `.TH HEDDLE 1 "" "Heddle ${packageVersion()}" "User Commands"`,
    section("Name", [`heddle \\- ${plain(lowered(program.description.replace(/\.$/, "")))}`]),
    section("Synopsis", [`.B heddle\n.I COMMAND\n[\\fIoptions\\fR]`, `.B heddle help\n.I COMMAND`]),
    section("Description", [
      plain(
        "heddle train needs nothing else: it trains on embedded digits in a few seconds, and leaves a folder in runs/.",
      ),
      plain("An option of a setting is a key of a configuration file too (train --config FILE)."),
    ]),
    section("Options of all commands", shared.map(optionItem)),
    `.SH COMMANDS\n${commands.map((command) => commandPart(command, shared)).join("\n")}`,
    ...Object.values(choicesOf).map(({ title, members }) => section(title, members.map(memberItem))),
    section(
      "Exit status",
      exitMeanings.map(([code, meaning]) => item(`${code}`, meaning)),
    ),
    section("See also", [
      plain(
        "The folder docs/ of the package, beside this page's: data.md, models.md, training.md, using.md and others.",
      ),
    ]),
  ];
  return `${parts.join("\n")}\n`;
}

const same = (a: DescribedOption, b: DescribedOption): boolean =>
  a.summary === b.summary && a.names.join() === b.names.join();

const has = ({ options }: Described, option: DescribedOption): boolean => options.some((each) => same(each, option));

function commandPart({ path, description, options, operands, commands }: Described, shared: DescribedOption[]): string {
  const own = options.filter((option) => !shared.some((each) => same(each, option)));
  const usage = [...operands.map(operandText), commands.length > 0 ? "\\fICOMMAND\\fR" : "", "[\\fIoptions\\fR]"];
  return [
    `.SS "heddle ${plain(path)}"`,
    `\\fBheddle ${plain(path)}\\fR ${usage.filter(Boolean).join(" ")}`,
    ".PP",
    plain(description),
    ...operands.map(({ value, summary }) => item(value.placeholder, summary, "I")),
    ...own.map(optionItem),
  ].join("\n");
}

function operandText({ value, required, variadic }: Operand): string {
  const name = `\\fI${plain(value.placeholder)}\\fR${variadic ? " ..." : ""}`;
  return required ? name : `[${name}]`;
}

function optionItem({ names, summary, value, optional }: DescribedOption): string {
  const heads = names.map((name) => `\\fB${plain(name)}\\fR`).join(", ");
  const placeholder = value && `\\fI${plain(value.placeholder)}\\fR`;
  return `.TP\n${heads}${placeholder === null ? "" : optional ? ` [${placeholder}]` : ` ${placeholder}`}\n${plain(summary)}`;
}

function memberItem({ name, summary, options }: (typeof choicesOf)[string]["members"][number]): string {
  const usage = options ? usageOf({ name, summary, options }) : name;
  return item(name, usage === name ? summary : `${summary}: ${usage}`);
}

const item = (head: string, text: string, font = "B"): string => `.TP\n\\f${font}${plain(head)}\\fR\n${plain(text)}`;

const section = (title: string, paragraphs: readonly string[]): string =>
  `.SH ${title.includes(" ") ? `"${title.toUpperCase()}"` : title.toUpperCase()}\n${paragraphs.join("\n.PP\n").replaceAll("\n.PP\n.TP", "\n.TP")}`;

const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** A text that roff takes as it is: no escapes, no requests, hyphens that can be copied, and nothing beyond ASCII. */
const plain = (text: string): string =>
  text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replace(/^[.']/, "\\&$&")
    .replace(
      /[^\x20-\x7e]/gu,
      (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}]`,
    );
