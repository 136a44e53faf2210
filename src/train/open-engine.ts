/** The engine that a run trains on, with as many ranks as it gets, here and in other processes. */
import { readCores } from "../base/machine.js";
import { coresHere } from "../engine/crew.js";
import { Engine } from "../engine/engine.js";
import type { Session } from "../run/session.js";
import { chooseThreads, worthRanks } from "../run/threads.js";
import type { GivenOptions } from "./options.js";
import { prepareCrew } from "./preparation.js";

/** `reason`: why that many ranks. Throws what another process met. */
export async function openEngine(session: Session, options: GivenOptions): Promise<{ engine: Engine; reason: string }> {
  const { threads: asked, backend } = session.config;
  const cores = readCores();
  const ours = { ...cores, mask: Math.min(cores.mask, coresHere()) };
  const { threads, reason, note } = chooseThreads(asked, options.sources.threads, worthRanks(session), ours);
  if (note) options.onEvent({ kind: "note", text: note });
  const crew = await prepareCrew(session, options.sources, threads);
  if (crew) {
    const hosts = [...new Set(crew.hosts)].join(", ");
    const each = `${threads} ${threads === 1 ? "thread" : "threads"} each`;
    options.onEvent({
      kind: "note",
      text: `${crew.processes} processes on ${hosts}, ${each}, joined by ${crew.library}.`,
    });
  }
  return { engine: options.engineOf?.(threads, backend) ?? new Engine(threads, backend, crew), reason };
}
