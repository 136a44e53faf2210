/** What every result says of itself. */
import { cpuModel } from "../base/machine.js";
import { machineOf } from "../config/fields.js";
import { loadBackend } from "../kernels/index.js";
import type { ReproDocument } from "../run/documents/repro.js";
import { chooseThreads } from "../run/threads.js";
import type { Machine } from "./options.js";

export function dated(machine: Machine): Pick<ReproDocument, "machine" | "date"> {
  const { threads, backend } = machineOf(machine);
  return {
    machine: { cpu: cpuModel(), isa: loadBackend(backend).isa, threads: chooseThreads(threads).threads },
    date: new Date().toISOString(),
  };
}
