/** `node predict.js`: the classes of PNG files, or the class number of each image of an array. */
import { usageError } from "../../../base/errors.js";
import { type Preparation, preparations } from "../../../inference/prepare.js";
import { print, readArguments, runCommand, say } from "./command.js";
import { isArrayFile, readImages, readPng } from "./files.js";
import { classesOf, openNet } from "./net.js";

await runCommand(() => {
  const { paths, flags } = readArguments("node predict.js [--prepare mnist] IMAGE.png… or IMAGES.npy", {
    prepare: "string",
  });
  const prepare = preparations.find((name) => name === flags["prepare"]);
  if (flags["prepare"] !== undefined && !prepare) {
    throw usageError({ where: "--prepare", expected: preparations.join(" or "), got: String(flags["prepare"]) });
  }
  return answer(paths, prepare);
});

async function answer(paths: readonly string[], prepare: Preparation | undefined): Promise<void> {
  const { model, note, predict } = openNet();
  const { classNames } = model;
  if (note !== null) say(note);
  for (const path of paths) {
    if (isArrayFile(path)) {
      const classes = classesOf(predict(await readImages(path, model)), classNames.length);
      if (classes.length > 0) print([...classes].join("\n"));
      continue;
    }
    const { bytes, steps } = readPng(path, model, { prepare });
    const row = predict(bytes);
    const [best] = classesOf(row, classNames.length);
    const name = JSON.stringify(classNames[best]).slice(1, -1);
    print(`${path}\t${name}\t${(100 * row[best]).toFixed(2)} %${steps.length > 0 ? `\t(${steps.join(", ")})` : ""}`);
  }
}
