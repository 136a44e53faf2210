/** What the doctor says of the run: mistakes that others made, looked for in its folder and its answers. */

import { HeddleError } from "../../base/errors.js";
import type { Finding } from "../../base/finding.js";
import { knownCopies } from "../../doctor/copies/index.js";
import { examine } from "../../doctor/index.js";
import type { Measured } from "../../evidence/measured.js";
import { html } from "../html.js";
import { section } from "../section.js";

interface Examined {
  readonly findings: readonly Finding[];
  /** Model and data were there, so answers were looked at too. */
  readonly whole: boolean;
}

export const doctor = section<Examined>({
  id: "doctor",
  title: "Looked for mistakes",
  async gather({ facts, history, measured }) {
    let found: Measured | null = null;
    try {
      found = await measured();
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
    }
    // Looking for copies takes longer than a page may: what `heddle doctor` has found is repeated.
    const copies = found ? knownCopies(found) : [];
    return { findings: examine({ facts, history, measured: found, copies }), whole: found !== null };
  },
  render({ findings, whole }) {
    const rest = whole ? "" : " Model or data could not be read, so its answers were not looked at.";
    if (findings.length === 0) return html`<p>Nothing found.${rest}</p>`;
    return html`${findings.map(
      ({ severity, evidence, fix }) =>
        html`<p class="finding"><strong>${severity}</strong> ${evidence}${fix ? ` ${fix}` : ""}</p>`,
    )}${rest ? html`<p>${rest}</p>` : null}`;
  },
});
