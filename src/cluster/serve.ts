/** What every process but the first does: it answers orders, and prints nothing. */
import { HeddleError, usageError } from "../base/errors.js";
import { dataHash } from "../data/data-hash.js";
import type { Dataset } from "../data/dataset.js";
import type { ApartOrder, EngineOrder } from "../engine/crew.js";
import { Engine } from "../engine/engine.js";
import { engineOptions } from "../measure/step.js";
import { openSession } from "../run/session.js";
import { configureFor } from "../train/configure.js";
import type { Preparation, Prepared } from "../train/preparation.js";
import { Team } from "./team.js";

interface Serving {
  readonly engine: Engine;
  /** Lays the engine out as for that epoch. */
  readonly configure: (epoch: number) => void;
}

/** Serves until the end; gives back the exit code. `goApart`: what to do on that order. */
export async function serveTeam(team: Team, goApart: (order: ApartOrder) => Promise<void>): Promise<number> {
  if (!((team as unknown) instanceof Team)) {
    throw usageError({ where: "serveTeam", expected: "what joinTeam gave", got: `a ${typeof team}` });
  }
  let serving: Serving | null = null;
  for (;;) {
    const order = await team.hear();
    if (order.kind === "end") return order.code;
    if (order.kind === "bench") {
      const { step, spec } = order;
      const engine = new Engine(step.threads as number, step.backend, team);
      serving = { engine, configure: () => engine.configure(engineOptions(step, spec)) };
      await team.gather(null);
      continue;
    }
    if (order.kind === "apart") await goApart(order);
    else if (order.kind === "prepare") serving = await prepare(order, team);
    else if (order.kind === "close") {
      await serving?.engine.close();
      serving = null;
    } else if (serving) await obey(order, serving);
  }
}

async function prepare(
  { config, sources, found, mistakes, threads }: Preparation,
  team: Team,
): Promise<Serving | null> {
  let serving: Serving | null = null;
  let prepared: Prepared;
  try {
    const dataset = config.dataFromRoot ? ((await team.gather(null))[0] as Dataset) : undefined;
    const session = await openSession(config, { sources, found, dataset, ...(mistakes && { mistakes }) });
    const engine = new Engine(threads, config.backend, team);
    serving = { engine, configure: (epoch) => configureFor(engine, session, epoch) };
    prepared = { dataHash: dataHash(session.dataset) };
  } catch (error) {
    const kind = error instanceof HeddleError ? error.kind : null;
    prepared = { error: kind, message: error instanceof Error ? error.message : String(error) };
  }
  await team.gather(prepared);
  return serving;
}

async function obey(order: EngineOrder, { engine, configure }: Serving): Promise<void> {
  if (order.kind === "configure") configure(order.epoch);
  else if (order.kind === "train") await engine.train(order.job);
  else await engine.score(order.order);
}
