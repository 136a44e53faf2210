// What watching a training costs: the seconds that all threads computed in an epoch's steps, with --profile and with --live (one
// page reading along), beside the same training unwatched; taking turns, the best of each. The weights must be the same.
//
//   npm run build && node bench/overhead.mjs [--dataset NAME] [--model NET] [--subset N] [--epochs 4] [--rounds 3] [--threads N]
import { mkdtempSync, rmSync } from "node:fs";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    dataset: { type: "string", default: "synthetic-digits-28" },
    model: { type: "string", default: "lenet5" },
    subset: { type: "string", default: "5000" },
    epochs: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "1" },
  },
});
const { train } = await import("../dist/src/index.js");
const folder = mkdtempSync(join(tmpdir(), "heddle-overhead-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const forms = [
  { name: "unwatched", options: {} },
  { name: "--profile", options: { profile: true } },
  { name: "--live, one page open", options: { live: {} } },
].map((form) => ({ ...form, seconds: Number.POSITIVE_INFINITY, computed: Number.POSITIVE_INFINITY, hash: "" }));

/** A page that reads what the server says, until it ends. */
function readAlong(text) {
  const address = /http:\S+/.exec(text)?.[0];
  if (!address) return;
  get(new URL("events", address), (response) => response.resume()).on("error", () => {});
}

for (let round = 0; round < Number(values.rounds); round++) {
  for (const form of forms) {
    let before = process.cpuUsage();
    const onEvent = (event) => {
      if (event.kind === "note") readAlong(event.text);
      if (event.kind !== "epoch") return;
      const { user, system } = process.cpuUsage(before);
      // The first epoch has loading in it.
      if (event.epoch > 1) {
        form.computed = Math.min(form.computed, (user + system) / 1e6);
        form.seconds = Math.min(form.seconds, event.seconds);
      }
      before = process.cpuUsage();
    };
    const config = {
      dataset: values.dataset,
      model: values.model,
      subset: Number(values.subset),
      epochs: Number(values.epochs),
      threads: Number(values.threads),
      out: join(folder, "run"),
      overwrite: round > 0 || form !== forms[0],
    };
    const { result } = await train({ config, onEvent, report: false, ...form.options });
    form.hash = result.weightsHash;
  }
}
console.log(`${values.model} on ${values.subset} of ${values.dataset}, ${values.threads} threads\n`);
const more = (key, form) => `${((form[key] / forms[0][key] - 1) * 100).toFixed(1)} %`;
console.log("| | seconds an epoch | | seconds of a core | |\n| --- | ---: | ---: | ---: | ---: |");
for (const form of forms) {
  const cells = [form.name, form.seconds.toFixed(3), more("seconds", form)];
  console.log(`| ${[...cells, form.computed.toFixed(3), more("computed", form)].join(" | ")} |`);
}
if (new Set(forms.map(({ hash }) => hash)).size > 1) throw new Error("other weights");
