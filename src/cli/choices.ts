/** What the names in a command's flags can be, from the registries: loaded for `--help` alone. */
import type { Command } from "commander";

interface Member {
  readonly name: string;
  readonly summary: string;
}

/** The registry behind each option; options are found by their commander names. */
const registries: Readonly<Record<string, { title: string; members: () => Promise<readonly Member[]> }>> = {
  dataset: { title: "Data sets", members: namedSets },
  model: { title: "Models", members: async () => (await import("../zoo/index.js")).presets },
  activation: {
    title: "Activations",
    members: async () => {
      const { layers } = await import("../nn/layers/index.js");
      return layers.filter(({ elementwise }) => elementwise).map(({ type, summary }) => ({ name: type, summary }));
    },
  },
  initializer: { title: "Initializers", members: async () => (await import("../nn/initializers.js")).initializers },
  optimizer: { title: "Optimizers", members: async () => (await import("../optim/index.js")).optimizers },
  loss: { title: "Losses", members: async () => (await import("../nn/losses.js")).losses },
  augment: {
    title: "Augmentations",
    members: async () => {
      const [{ augmentations }, { items }] = await Promise.all([
        import("../data/augment/index.js"),
        import("../data/augment/language.js"),
      ]);
      return [...augmentations, ...items];
    },
  },
  standardize: {
    title: "Standardizations",
    members: async () => (await import("../data/standardize.js")).standardizations,
  },
};

/** Those that files make are named with their path. */
async function namedSets(): Promise<readonly Member[]> {
  const { datasets, schemes } = await import("../data/index.js");
  return [...datasets, ...schemes.map(({ name, summary }) => ({ name: `${name}:PATH`, summary }))];
}

/** Adds the choices below the help of a command and of its subcommands. */
export async function addChoices(command: Command): Promise<void> {
  const named = command.options
    .filter(({ hidden }) => !hidden)
    .map((option) => [option.attributeName(), option.long ?? ""]);
  // `summary NET` takes a model too, `data info NAME` a data set.
  for (const argument of command.registeredArguments) {
    if (argument.name() === "NET") named.unshift(["model", "NET"]);
    if (argument.name() === "NAME") named.unshift(["dataset", "NAME"]);
  }
  for (const [name, where] of named) {
    if (!Object.hasOwn(registries, name)) continue;
    const { title, members } = registries[name];
    const rows = (await members()).map(({ name: member, summary }) => `  ${member.padEnd(19)}  ${summary}`);
    command.addHelpText("after", `\n${title} (${where}):\n${rows.join("\n")}`);
  }
  for (const child of command.commands) await addChoices(child);
}
