/** Classes with few images, or with most of them. */
import { type Finding, someOf } from "../../base/finding.js";
import { percent } from "../../base/text.js";
import { countLabels } from "../count-labels.js";
import { type DataCheck, imageCount } from "./check.js";

/** With fewer images of a class a net learns those by heart. */
const fewImages = 5;
/** So much of all images in one class makes an accuracy look good that is not. */
const mostShare = 0.6;

export const balance: DataCheck = {
  name: "balance",
  summary: "classes with fewer than 5 images to train on; one class with most of them",
  run({ dataset: { classes }, split: { train }, labels }) {
    const counts = countLabels(labels, classes.length, train);
    const findings: Finding[] = [];
    const few = classes.flatMap((name, label) =>
      counts[label] > 0 && counts[label] < fewImages ? [{ name, label }] : [],
    );
    if (few.length > 0) {
      const listed = few.map(({ name, label }) => `${name} (${imageCount(counts[label])})`);
      const evidence = `Few images to train on: ${someOf(listed)}.`;
      findings.push({ id: "few-images", severity: "note", evidence, fix: "" });
    }
    const most = counts.indexOf(Math.max(...counts));
    const share = counts[most] / train.length;
    if (share >= mostShare && share < 1 && share > 1.2 / classes.length) {
      const evidence = `Always saying ${classes[most]} is right in ${percent(share)} of what is trained on.`;
      const fix = "--class-weights balanced lets each class count alike.";
      findings.push({ id: "imbalance", severity: "note", evidence, fix });
    }
    return findings;
  },
};
