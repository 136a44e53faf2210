/** `heddle data`: what there is to train on; one file per subcommand in `data/`. */
import type { Command } from "commander";
import { fetch } from "./data/fetch.js";
import { info } from "./data/info.js";
import { list } from "./data/list.js";
import { show } from "./data/show.js";
import { verify } from "./data/verify.js";
import { newCommand } from "./options.js";

export function command(): Command {
  const data = newCommand("data", "Look at data sets before training on them.");
  for (const create of [list, info, show, fetch, verify]) data.addCommand(create());
  return data;
}
