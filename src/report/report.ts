/** The report of a run: gathered once, as plain data, and rendered. */
import { HeddleError } from "../base/errors.js";
import { version } from "../base/version.js";
import { type RunFacts, readFacts } from "../evidence/facts.js";
import { historyOf } from "../evidence/history.js";
import { type Measured, type MeasureOptions, measureRun } from "../evidence/measured.js";
import { type NamedModel, openNamedModel } from "../inference/open-model.js";
import type { Ending } from "../run/documents/train.js";
import { type Html, html } from "./html.js";
import { type Page, pageText } from "./page.js";
import type { Part, ReportRun, Section } from "./section.js";
import { sections } from "./sections/index.js";

/** A section's part of a report, or why it is not there. */
export type Told = Part | { readonly missing: string };

export interface GatherOptions extends MeasureOptions {
  /** Samples whose feature maps and occlusion maps are wanted, by their places in the test split (or what comes nearest to it). */
  readonly samples?: readonly number[] | undefined;
}

export interface Report {
  readonly facts: RunFacts;
  /** By the sections' ids, in the order of the page; those that the run has nothing for are absent. */
  readonly parts: ReadonlyMap<Section, Told>;
}

/** Throws HeddleError where the folder is no run's. What a part of it cannot tell is said in its place. */
export const gatherReport = (run: string, options: GatherOptions = {}): Promise<Report> =>
  gather(run, options, sections);

/** The same of a run that goes on: the sections that need no more than its folder. */
export const gatherLive = (run: string): Promise<Report> =>
  gather(
    run,
    {},
    sections.filter(({ live }) => live),
  );

/** `prefix` begins every id of these sections. Throws as `gatherReport` does. */
export async function gather(
  run: string,
  options: GatherOptions,
  wanted: readonly Section[],
  prefix = "",
): Promise<Report> {
  const facts = readFacts(run);
  let measuring: Promise<Measured> | undefined;
  let model: NamedModel | undefined;
  const asked: ReportRun = {
    facts,
    named: options.samples ?? null,
    history: historyOf(facts.lines, facts.record.stepsPerEpoch),
    model: () => Promise.resolve().then(() => (model ??= openNamedModel(run))),
    measured: () => (measuring ??= measureRun(facts, options)),
  };
  const parts = new Map<Section, Told>();
  for (const section of wanted) {
    const told = await tell(section, asked, prefix);
    if (told) parts.set(section, told);
  }
  return { facts, parts };
}

async function tell({ tell: told }: Section, run: ReportRun, prefix: string): Promise<Told | null> {
  try {
    return await told(run, prefix);
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return { missing: error.message };
  }
}

/** `running`: no ending is no fault. */
export function reportPage({ facts, parts }: Report, running = false): Page {
  const { record, notes, result } = facts;
  const warnings = [...(result?.error ? [result.error] : []), ...notes];
  return {
    title: `${record.model} on ${record.dataset}`,
    lead: html`<p class="soft">${statusBadge(facts, running)} <code>${facts.run}</code>, begun ${record.started.slice(0, 16).replace("T", " ")} UTC</p>${warnings.map((text) => html`<p class="finding">${text}</p>`)}`,
    parts: [...parts].map(([{ id, title }, told]) => ({ id, title, content: contentOf(told) })),
    footer: html`Heddle ${version()}`,
  };
}

export const contentOf = (told: Told): Html =>
  "missing" in told ? html`<p class="missing">Not shown. ${told.missing}</p>` : told.content;

function statusBadge({ result, record }: RunFacts, running: boolean): Html {
  if (!result && running) return html`<span class="badge">running</span>`;
  if (!result) return html`<span class="badge stopped">no ending recorded</span>`;
  const { ended, epoch } = result;
  const within = `in epoch ${Math.min(epoch + 1, record.epochs)} of ${record.epochs}`;
  const texts: Partial<Record<Ending, string>> = {
    finished: `finished, ${epoch} epochs`,
    interrupted: `stopped ${within}`,
    failed: `failed ${within}`,
  };
  const text = texts[ended] ?? `ended by ${ended} ${within}`;
  return html`<span class="badge${ended === "finished" ? null : " stopped"}">${text}</span>`;
}

export const reportText = (report: Report): string => pageText(reportPage(report));
