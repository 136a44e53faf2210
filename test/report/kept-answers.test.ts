/** Answers that a run folder keeps: taken for the very model and samples that gave them, and for no others. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readFacts } from "../../src/evidence/facts.js";
import { keepAnswers, recallAnswers } from "../../src/evidence/kept-answers.js";
import { type Measured, measureRun } from "../../src/evidence/measured.js";
import { netOf } from "../../src/inference/model-net.js";
import { Answers } from "../../src/metrics/answers.js";
import { readModel, writeModel } from "../../src/model/model-file.js";
import { run, temporaryFolder } from "../engine/runs.js";

const numbersOf = ({ splits }: Measured): unknown =>
  splits.map(({ name, places, answers, score, probabilities }) => {
    const { labels, predicted, losses, logits } = answers;
    return [name, score, ...[places, labels, predicted, losses, logits, probabilities].map((list) => Array.from(list))];
  });

test("kept answers are those measured; of a damaged file, other samples or another model they are measured anew", async (t) => {
  const out = join(temporaryFolder(t), "run");
  await run(t, { threads: 1, subset: 300, epochs: 2, out });
  const look = (keep = false): Promise<Measured> => measureRun(readFacts(out), { threads: 1, keep });
  const measured = await look(true);
  const wanted = numbersOf(measured);
  assert.deepEqual(numbersOf(await look()), wanted);

  const path = join(out, "answers.safetensors");
  const { file, dataset } = measured;
  const order = Uint32Array.from(measured.splits.flatMap(({ samples }) => Array.from(samples)));
  const labels = Uint16Array.from(measured.splits.flatMap(({ answers }) => Array.from(answers.labels)));
  const asked = { file, dataset, order };
  const found = recallAnswers(out, asked, labels)!;
  // Others in their place show that what is kept is taken, and from when on it is not.
  const losses = Float64Array.from(found.losses, (loss) => loss + 1);
  keepAnswers(out, asked, new Answers({ ...found, labels, logits: found.logits, losses }));
  assert.ok((await look()).splits[0].answers.losses[0] > 1);
  assert.equal(recallAnswers(out, { ...asked, order: order.subarray(1) }, labels.subarray(1)), null);

  const whole = readFileSync(path);
  for (const at of [3, 20, whole.length >> 1, whole.length - 1]) {
    const damaged = Buffer.from(whole);
    damaged[at] ^= 4;
    writeFileSync(path, damaged);
    assert.equal(recallAnswers(out, asked, labels), null, `byte ${at}`);
  }
  writeFileSync(path, whole);
  const { net, tensors } = netOf(file);
  tensors[0][0] += 1;
  writeModel(file.path, readModel(file.path).model, net.parameters, tensors);
  assert.equal(recallAnswers(out, { ...asked, file: readModel(file.path) }, labels), null);
  assert.notDeepEqual(numbersOf(await look()), wanted);
});
