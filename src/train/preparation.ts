/** Of a training in several processes: what the others need to begin, and whether all have begun with the same. */
import { dataError, type ErrorKind, HeddleError } from "../base/errors.js";
import type { ConfigSources } from "../config/schema.js";
import { dataHash } from "../data/data-hash.js";
import { type Crew, currentCrew } from "../engine/crew.js";
import { datasetPath } from "../run/data-place.js";
import type { Found, FullConfig, Session } from "../run/session.js";

export interface Preparation {
  readonly kind: "prepare";
  readonly config: FullConfig;
  readonly sources: ConfigSources;
  readonly found: Found;
  readonly mistakes: Session["mistakes"];
  readonly threads: number;
}

/** What a process has found. */
export type Prepared = { readonly dataHash: string } | { readonly error: ErrorKind | null; readonly message: string };

/** Has all processes load their data, and compares them. Throws what one of them met. */
export async function prepareCrew(session: Session, sources: ConfigSources, threads: number): Promise<Crew | null> {
  const crew = currentCrew();
  if (!crew) return null;
  const { config, preprocessing, loss, dataset, mistakes } = session;
  const found = { preprocessing, classWeights: loss.classWeights, datasetPath: datasetPath(config.dataset) };
  const own = dataHash(dataset);
  const preparation: Preparation = { kind: "prepare", config, sources, found, mistakes, threads };
  const sent = config.dataFromRoot ? { ...dataset, mapped: undefined } : undefined;
  const all = await crew.prepare(preparation, { dataHash: own }, sent);
  for (const [process, prepared] of (all as Prepared[]).entries()) {
    const where = `process ${process} on ${crew.hosts[process]}`;
    if ("error" in prepared) throw new HeddleError(prepared.error ?? "run", `${where}: ${prepared.message}`);
    if (prepared.dataHash === own) continue;
    const expected = `the data of process 0 on ${crew.hosts[0]} (${own})`;
    throw dataError({ where, expected, got: prepared.dataHash, fix: "All processes must read the same files." });
  }
  return crew;
}
