/** The bench of steering, for a moment: a row for each thing that it measures. */
import { test } from "node:test";
import { nativeStatus } from "../../../src/kernels/native.js";
import { runForAMoment } from "../../bench/moment.js";

const skip = nativeStatus().available ? false : "needs the addon";

test("bench/steering.mjs", { skip }, () => {
  const words = [
    "--rounds",
    "1",
    "--millions",
    "0.1",
    "--batch",
    "8",
    "--net",
    "lenet5",
    "--dataset",
    "synthetic-digits-28",
    "--subset",
    "300",
  ];
  runForAMoment(
    "steering.mjs",
    words,
    /^\| dtu-mlp, a checkpoint every 100 updates \| [\d.]+ \| .* \| -?[\d.]+ % \| 5 % \|$/,
  );
});
