/** A program of several processes: prints what a step brought to the first of two, and what its plan says of it. */

import { currentCrew } from "../../src/engine/crew.js";
import { Engine } from "../../src/engine/engine.js";
import { exchangedBytes } from "../../src/engine/exchange.js";
import { joinTeam, serveTeam } from "../../src/index.js";
import { train } from "../../src/train/trainer.js";

const team = await joinTeam();
if (!team) throw new Error("started alone");
if (team.isFirst) {
  let planned = 0;
  const bytesOf = async (maxSteps: number): Promise<number> => {
    const before = team.bytes;
    await train({
      config: {
        ...(JSON.parse(process.argv[2]) as object),
        dataset: "synthetic-digits-28",
        out: "none",
        threads: 1,
        epochs: 1,
        maxSteps,
      },
      engineOf: (threads, backend) => {
        const engine = new Engine(threads, backend, currentCrew());
        const configure = engine.configure.bind(engine);
        engine.configure = (options) => {
          configure(options);
          // Each of the two gets the half that the other has made.
          planned = exchangedBytes(engine.plan, engine.plan.batchSize) / 2;
        };
        return engine;
      },
    });
    return team.bytes - before;
  };
  const counted = ((await bytesOf(4)) - (await bytesOf(2))) / 2;
  process.stdout.write(`${JSON.stringify({ planned, counted })}\n`);
  await team.end(0);
} else {
  await serveTeam(team);
  team.leave();
}
