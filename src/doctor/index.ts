/** `heddle doctor RUN`: examines a run for mistakes that others made, and that cost them a result without a word. */
import { HeddleError } from "../base/errors.js";
import type { Finding, Severity } from "../base/finding.js";
import { aText, checkOptions } from "../base/given.js";
import { readFacts } from "../evidence/facts.js";
import { historyOf } from "../evidence/history.js";
import { type Measured, type MeasureOptions, measureChecks, measureRun } from "../evidence/measured.js";
import type { Patient, RunCheck } from "./check.js";
import { classOrder } from "./checks/class-order.js";
import { deadUnits } from "./checks/dead-units.js";
import { doubledSoftmax } from "./checks/doubled-softmax.js";
import { heldOut } from "./checks/held-out.js";
import { nearCopies } from "./checks/near-copies.js";
import { preprocessingShift } from "./checks/preprocessing-shift.js";
import { rateWithoutEffect } from "./checks/rate-without-effect.js";
import { shuffling } from "./checks/shuffling.js";
import { smallValidation } from "./checks/small-validation.js";
import { symmetry } from "./checks/symmetry.js";
import { validationRepeats } from "./checks/validation-repeats.js";
import { lookForCopies } from "./copies/index.js";

export const runChecks: readonly RunCheck[] = [
  doubledSoftmax,
  classOrder,
  preprocessingShift,
  validationRepeats,
  nearCopies,
  heldOut,
  smallValidation,
  shuffling,
  rateWithoutEffect,
  symmetry,
  deadUnits,
];

const rank: Readonly<Record<Severity, number>> = { error: 0, warning: 1, note: 2 };

/** What the run's data were told to have when it began, and what the checks find; the gravest first. Throws HeddleError. */
export async function examineRun(run: string, options: MeasureOptions = {}): Promise<Finding[]> {
  aText(run, "examineRun, run");
  checkOptions("examineRun", options, measureChecks);
  const { patient, notes } = await openPatient(run, options);
  return examine(patient, notes);
}

/** A run folder as the checks see it, and what of it could not be read. Throws HeddleError where it is none. */
export async function openPatient(
  run: string,
  options: MeasureOptions = {},
): Promise<{ patient: Patient; notes: Finding[] }> {
  const facts = readFacts(run);
  const history = historyOf(facts.lines, facts.record.stepsPerEpoch);
  const notes = facts.notes.map((text): Finding => ({ id: "not-read", severity: "note", evidence: text, fix: "" }));
  let measured: Measured | null = null;
  try {
    measured = await measureRun(facts, options);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    const evidence = `Model or data could not be read, so answers were not looked at: ${error.message}`;
    notes.push({ id: "not-measured", severity: "note", evidence, fix: "" });
  }
  const copies = measured ? await lookForCopies(measured, options.onEvent) : [];
  return { patient: { facts, history, measured, copies }, notes };
}

export function examine(patient: Patient, notes: readonly Finding[] = []): Finding[] {
  const found = [...patient.facts.record.findings, ...runChecks.flatMap((check) => check.run(patient)), ...notes];
  return found.sort((a, b) => rank[a.severity] - rank[b.severity]);
}
