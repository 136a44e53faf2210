/**
 * A hundred updates of a net under every optimizer, schedule and kind of group, as PyTorch makes them in double, or the formula
 * where it has none (`make_hundred.py`). What is registered without a case here fails.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { identity } from "../../src/base/random.js";
import { readSetting } from "../../src/base/setting.js";
import { Engine } from "../../src/engine/engine.js";
import { lossOf } from "../../src/losses/index.js";
import { findMetric, isBetter } from "../../src/metrics/index.js";
import { resolveNet } from "../../src/nn/net.js";
import { epsilonPlace } from "../../src/optim/epsilon.js";
import { parseGroups } from "../../src/optim/groups.js";
import { optimizers, ruleOf } from "../../src/optim/index.js";
import { followOf, schedules } from "../../src/optim/schedules/index.js";
import { followsNothing } from "../../src/optim/schedules/schedule.js";
import { parameterGroups } from "../../src/run/parameter-groups.js";
import { meanLoss } from "../contract/lab.js";
import { chosenBackend } from "../kernels/addon.js";
import { formulaDataset } from "./formula.js";
import { goldenOptimizers, goldenUpdates, preprocessingOf, worst } from "./golden.js";
import { formulaWeights } from "./nets.js";

interface Case {
  readonly optimizer: string;
  readonly lr: number;
  readonly schedule?: string;
  readonly groups?: string;
  readonly l1?: number;
  readonly clipValue?: number;
  /** Of the last update's minibatch. */
  readonly loss: number;
  /** What the rate is multiplied by after each epoch, where it follows validation. */
  readonly factors?: readonly number[];
  /** After the last update. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}
const golden = goldenUpdates<Case>("hundred.json");
const { batchSize, samples, steps, cases } = golden;
const net = resolveNet(golden.net);
const tolerance = 1e-6;

const engine = new Engine(1, chosenBackend().name);
after(() => engine.close());

for (const { tensors, loss, factors, optimizer, lr, schedule, groups, ...penalties } of cases) {
  const said = Object.entries({ schedule, groups, ...penalties }).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key} ${value}`],
  );
  test(`${[optimizer, ...said].join(", ")}: ${steps} updates`, async () => {
    const setting = readSetting(optimizers, optimizer, { where: "optimizer", what: "an optimizer" });
    const grouped = { optimizer: setting, lr, groups: groups === undefined ? [] : parseGroups(groups) };
    const { assignment, updaters } = parameterGroups(net, grouped);
    engine.configure({
      ...{ net, dtype: "f64", batchSize, places: 2 * samples, optimizer: ruleOf(optimizer), assignment },
      ...{ loss: lossOf("cross-entropy"), preprocessing: preprocessingOf({ ...golden, maximum: 255 }) },
      dataset: formulaDataset(2 * samples, golden.net.input, 255),
    });
    engine.setParameters(formulaWeights(net, "f64"));
    const metric = findMetric("loss");
    const follow = schedule === undefined ? null : followOf(schedule);
    const totals = { loss: 0, correct: 0, samples: 0 };
    const found: number[] = [];
    let followed = followsNothing;
    let last = Number.NaN;
    for (let before = 0; before < steps; before += samples / batchSize) {
      const job = {
        order: identity(samples),
        from: 0,
        totals,
        epoch: 0,
        before,
        updates: steps,
        optimizer,
        updaters,
        lr,
      };
      const [report] = await engine.train({ ...job, schedule, rateFactor: followed.factor, penalties });
      assert.equal(report.steps, samples / batchSize);
      last = engine.stepLosses()[report.steps - 1];
      if (!follow) continue;
      const score = meanLoss(await engine.score(identity(2 * samples).subarray(samples)));
      followed = follow(followed, score, (one, than, by) => isBetter(metric, one, than, by));
      found.push(followed.factor);
    }
    assert.deepEqual(found, factors ?? []);
    const weights = engine.parameters();
    assert.ok(Math.abs(last - loss) < tolerance, `loss ${last}, not ${loss}`);
    for (const [i, { name }] of net.parameters.entries()) {
      const distance = worst(weights[i], tensors[name]);
      assert.ok(distance < tolerance, `${name} differs by ${distance}`);
    }
  });
}

/** Options that no sentence of this name gives another value than their own. */
function untouched<Item extends (typeof optimizers)[number] | (typeof schedules)[number]>(
  registry: readonly Item[],
  { name, options }: Item,
  sentences: readonly string[],
): string[] {
  const usual = options.safeParse({}).data ?? {};
  const own = sentences.filter((sentence) => sentence.split(" ")[0] === name);
  const given = own.map((sentence) => readSetting(registry, sentence, { where: name, what: name }));
  const differs = (key: string) => given.some((one) => JSON.stringify(one[key]) !== JSON.stringify(usual[key]));
  return own.length === 0 ? [name] : Object.keys(options.shape).filter((key) => !differs(key));
}

test("every optimizer, option and place of epsilon has a case of a hundred updates", () => {
  const here = cases.map(({ optimizer }) => optimizer);
  const all = [...here, ...goldenOptimizers().cases.map(({ optimizer }) => optimizer)];
  for (const optimizer of optimizers) {
    assert.deepEqual(untouched(optimizers, optimizer, all), [], optimizer.name);
    assert.ok(here.some((sentence) => sentence.split(" ")[0] === optimizer.name));
    if (!("epsilonPlace" in optimizer.options.shape)) continue;
    for (const place of ["outside", "inside", "as-slide"]) {
      const words = [optimizer.name, `epsilon-place=${place}`];
      assert.ok(
        here.some((sentence) => words.every((word) => sentence.split(" ").includes(word))),
        words.join(" "),
      );
    }
  }
  assert.equal(epsilonPlace.unwrap().options.length, 3);
});

test("every schedule and option has a case of a hundred updates, a warm-up in updates and one in epochs", () => {
  const sentences = cases.flatMap(({ schedule }) => schedule ?? []);
  for (const schedule of schedules) {
    const missing = untouched(schedules, schedule, sentences).filter((key) => key !== "warmup");
    assert.deepEqual(missing, [], schedule.name);
  }
  assert.ok(sentences.some((sentence) => sentence.includes("warmup=20")));
  assert.ok(sentences.some((sentence) => sentence.includes("warmup=1epoch")));
});

test("every key of a group has a case of a hundred updates", () => {
  const said = cases.flatMap(({ groups }) => (groups === undefined ? [] : parseGroups(groups)));
  const keys = new Set(said.flatMap((group) => Object.keys(group)));
  assert.deepEqual([...keys].sort(), ["decay", "frozen", "lr", "match", "optimizer"]);
});
