/** Images on which nothing can be seen. */
import { type Finding, someOf } from "../../base/finding.js";
import { count } from "../../base/text.js";
import { samplesOf } from "../samples.js";
import { type CheckedData, type DataCheck, imageCount, isOneColor, nameOf } from "./check.js";

export const blank: DataCheck = {
  name: "blank",
  summary: "images of one color: all of them, or some among good ones",
  run(data) {
    return (["train", "validation", "test"] as const).flatMap((name) => {
      const samples = samplesOf(data.dataset, name);
      const found = Array.from(samples.filter((sample) => isOneColor(data.images[sample])));
      return found.length === 0 ? [] : [blankFinding(data, name, found, samples.length)];
    });
  },
};

/** With a test split that is blank a net can still learn, though nobody can say what. */
function blankFinding({ dataset, images }: CheckedData, split: string, found: readonly number[], of: number): Finding {
  if (found.length === of) {
    const evidence = `All ${imageCount(of)} of the ${split} split are one color: nothing can be seen on them.`;
    return { id: "all-blank", severity: split === "train" ? "error" : "warning", evidence, fix: "" };
  }
  const names = found.map((sample) => `${nameOf(dataset, sample)} (all ${images[sample][0]})`);
  const are = found.length === 1 ? "is" : "are";
  const evidence = `${count(found.length)} of ${imageCount(of)} of the ${split} split ${are} blank (one color): ${someOf(names)}.`;
  return { id: "blank-images", severity: "warning", evidence, fix: "" };
}
