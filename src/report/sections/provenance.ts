/** How to run it again, and everything that it depended on: settings, data, machine, hashes. */

import { settingText } from "../../base/setting.js";
import { shellWord } from "../../base/shell-word.js";
import { count, duration } from "../../base/text.js";
import { fields, isDefault } from "../../config/fields.js";
import type { TrainConfig } from "../../config/schema.js";
import { isSettingKey, settingKinds } from "../../config/settings.js";
import type { RunRecord } from "../../evidence/facts.js";
import { table } from "../charts/table.js";
import { type Html, html } from "../html.js";
import { section } from "../section.js";

interface Provenance {
  readonly command: string;
  readonly settings: readonly { readonly key: string; readonly value: string; readonly source: string }[];
  readonly groups: readonly {
    readonly title: string;
    readonly facts: readonly (readonly [name: string, text: string])[];
  }[];
}

export const provenance = section<Provenance>({
  id: "provenance",
  title: "How to run it again",
  live: true,
  gather({ facts: { record, result } }) {
    const { config, sources, machine, samples } = record;
    const known = fields.filter(({ key }) => config[key] !== undefined);
    return {
      command: commandOf(record),
      settings: known.map(({ key }) => ({ key, value: textOf(key, config), source: sources[key] ?? "data set" })),
      groups: [
        {
          title: "Data",
          facts: [
            ["data set", record.dataset],
            [
              "samples",
              `${count(samples.train)} train, ${count(samples.validation)} validation, ${count(samples.test)} test`,
            ],
            ["images and labels", record.dataHash],
            ["split", record.splitHash],
          ],
        },
        {
          title: "Weights",
          facts: result
            ? [
                ["after the last step", result.weightsHash ?? "not there"],
                ["in model.safetensors", result.modelHash ?? "not there"],
              ]
            : [["hashes", "no ending recorded"]],
        },
        {
          title: "Machine",
          facts: [
            ...Object.entries(machine),
            ["kernels", `${record.backend} ${record.isa}, ${record.dtype}`],
            ["threads", `${record.threads} (${record.threadsReason})`],
            ["begun", record.started],
            ...(result ? [["time", duration(result.seconds)] as const, ["heddle", result.version] as const] : []),
          ],
        },
      ],
    };
  },
  render: ({ command, settings, groups }) =>
    html`<p>With the same data this gives the same weights, byte for byte, at any number of threads:</p><pre><code>${command}</code></pre>${groups.map(groupMarkup)}<details><summary>All ${settings.length} settings</summary><div class="scroll">${table(
      {
        caption: "Settings, and where each came from",
        columns: [{ title: "setting" }, { title: "value" }, { title: "from" }],
        rows: settings.map(({ key, value, source }) => ({ cells: [key, value, source] })),
      },
    )}</div></details>`,
});

const groupMarkup = ({ title, facts }: Provenance["groups"][number]): Html =>
  html`<h3>${title}</h3><dl class="facts${facts.some(([, text]) => text.startsWith("blake3:")) ? " long" : null}">${facts.map(([name, text]) => html`<div><dt>${name}</dt><dd>${/^blake3:/.test(text) ? html`<code>${text}</code>` : text}</dd></div>`)}</dl>`;

/** What belongs to a machine or to a folder is not said again. */
const ofPlace: readonly string[] = ["out", "threads", "backend", "dataDir"];

function commandOf({ config }: RunRecord): string {
  const flags = fields.flatMap(({ key, flag }) => {
    const value = config[key];
    if (value === undefined || ofPlace.includes(key) || isDefault(key, value)) return [];
    return typeof value === "boolean" ? [flag] : [`${flag} ${shellWord(textOf(key, config))}`];
  });
  return ["heddle train", ...flags].join(" ");
}

function textOf(key: keyof TrainConfig, config: TrainConfig): string {
  const value = config[key];
  if (isSettingKey(key)) return settingText(settingKinds[key].choices, config[key]!);
  return typeof value === "string" ? value : JSON.stringify(value);
}
