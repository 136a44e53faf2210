/**
 * The section contract: one part of a report. A section is one file in `sections/` and one line in its `index.ts`. It
 * gathers what it tells, as plain data, and renders that: for the page, for a page that is live, for files.
 */

import type { RunFacts } from "../evidence/facts.js";
import type { History } from "../evidence/history.js";
import type { Measured } from "../evidence/measured.js";
import type { NamedModel } from "../inference/open-model.js";
import type { Picture } from "./charts/picture.js";
import type { Html } from "./html.js";

/** What a section can ask of a run. */
export interface ReportRun {
  readonly facts: RunFacts;
  readonly history: History;
  /** Samples to look into, by their places in the split that says most of new images; null where nobody named any. */
  readonly named: readonly number[] | null;
  /** The model, read once. Rejects with HeddleError where there is none. */
  readonly model: () => Promise<NamedModel>;
  /** Loads model and data and measures them, once for all who ask. Rejects with HeddleError where that cannot be. */
  readonly measured: () => Promise<Measured>;
}

/** A picture that can be saved as a file. */
export interface Figure {
  /** "confusion-test": the file's name without its ending. */
  readonly name: string;
  /** Drawn for a page that is so wide, in pixels. */
  readonly draw: (width: number) => Picture;
}

/** What is written to make a section. */
export interface SectionOf<Data> {
  /** Also the anchor in the page. */
  readonly id: string;
  readonly title: string;
  /** It stands in the page while the run goes on, too: it needs no more than the folder. */
  readonly live?: true;
  /** Null where the run has nothing of the kind. May reject with HeddleError: the page then says why in its place. */
  readonly gather: (run: ReportRun) => Data | null | Promise<Data | null>;
  /** `id` begins every id that the section uses. */
  readonly render: (data: Data, id: string) => Html;
  readonly figures?: (data: Data) => readonly Figure[];
}

/** What a section found in a run. */
export interface Part {
  /** Plain. */
  readonly data: unknown;
  readonly content: Html;
  readonly figures: readonly Figure[];
}

/** As the registry keeps it: whatever its data are. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly live: boolean;
  /** `prefix` begins every id, where runs share a page. */
  readonly tell: (run: ReportRun, prefix?: string) => Promise<Part | null>;
}

export const section = <Data>({ id, title, live, gather, render, figures }: SectionOf<Data>): Section => ({
  id,
  title,
  live: live === true,
  tell: async (run, prefix = "") => {
    const data = await gather(run);
    return data === null ? null : { data, content: render(data, `${prefix}${id}`), figures: figures?.(data) ?? [] };
  },
});
