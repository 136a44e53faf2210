/** Samples of an order that become numbers in different ways, scored apart: of models that repeat a mistake as published. */
import type { FloatArray } from "../base/numbers.js";
import type { Preprocessing } from "../data/preprocessing.js";
import { placeOf, type Splits } from "../data/samples.js";
import { Answers } from "../metrics/answers.js";
import type { EngineOptions } from "./options.js";

export interface ScoreOutcome {
  /** By place in the order. */
  readonly answers: Answers;
  /** The first place in the order whose loss is NaN or infinite; null where there is none. */
  readonly firstNonFinite: number | null;
  /** [places][classes], where the plan keeps them. */
  readonly probabilities: FloatArray | null;
  /** Seconds in the ranks. */
  readonly seconds: number;
}

interface ScoredPart {
  readonly preprocessing: Preprocessing;
  /** Positions in the order. */
  readonly places: Uint32Array;
}

interface Scorer {
  /** How bytes become numbers from here on. */
  readonly write: (preprocessing: Preprocessing) => void;
  /** Null where it was stopped. */
  readonly score: (order: Uint32Array) => Promise<ScoreOutcome | null>;
}

/** Null where it was stopped. */
export async function scoreParts(
  order: Uint32Array,
  { preprocessing, dataset }: Pick<EngineOptions, "preprocessing" | "dataset">,
  { write, score }: Scorer,
): Promise<ScoreOutcome | null> {
  const parts = partsOf(order, preprocessing, dataset);
  if (!parts) return score(order);
  const outcomes: ScoreOutcome[] = [];
  try {
    for (const part of parts) {
      write(part.preprocessing);
      const outcome = await score(part.places.map((place) => order[place]));
      if (!outcome) return null;
      outcomes.push(outcome);
    }
  } finally {
    write(preprocessing);
  }
  return joined(parts, outcomes);
}

/** Null where all images become numbers in one way, as they should. */
function partsOf(order: Uint32Array, preprocessing: Preprocessing, dataset: Splits): readonly ScoredPart[] | null {
  if (preprocessing.kind !== "affine" || !preprocessing.testAsPublished) return null;
  const all = Uint32Array.from(order, (_, place) => place);
  const inTest = (place: number): boolean => placeOf(dataset, order[place]).split === dataset.test;
  return [
    { preprocessing, places: all.filter((place) => !inTest(place)) },
    { preprocessing: { ...preprocessing, ...preprocessing.testAsPublished }, places: all.filter(inTest) },
  ].filter(({ places }) => places.length > 0);
}

/** What the parts gave, in the order of the whole. */
function joined(parts: readonly ScoredPart[], outcomes: readonly ScoreOutcome[]): ScoreOutcome {
  if (outcomes.length === 1) return outcomes[0];
  const samples = parts.reduce((sum, { places }) => sum + places.length, 0);
  const [{ answers, probabilities }] = outcomes;
  const { classes } = answers;
  const gather = <A extends FloatArray | Uint16Array | Int32Array>(
    into: A,
    of: (outcome: ScoreOutcome) => ArrayLike<number>,
    each = 1,
  ): A => {
    for (const [i, { places }] of parts.entries()) {
      const values = of(outcomes[i]);
      for (const [at, place] of places.entries()) {
        for (let j = 0; j < each; j++) into[each * place + j] = values[each * at + j];
      }
    }
    return into;
  };
  const failed = parts.flatMap(({ places }, i) => {
    const at = outcomes[i].firstNonFinite;
    return at === null ? [] : [places[at]];
  });
  return {
    answers: new Answers({
      classes,
      labels: gather(new Uint16Array(samples), (outcome) => outcome.answers.labels),
      predicted: gather(new Int32Array(samples), (outcome) => outcome.answers.predicted),
      losses: gather(new Float64Array(samples), (outcome) => outcome.answers.losses),
      logits: answers.hasLogits
        ? gather(new Float64Array(samples * classes), (outcome) => outcome.answers.logits, classes)
        : null,
    }),
    firstNonFinite: failed.length > 0 ? Math.min(...failed) : null,
    probabilities: probabilities && gather(probabilities.slice(), (outcome) => outcome.probabilities!, classes),
    seconds: outcomes.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
