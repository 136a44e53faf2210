/** The bench of watching runs, and each way gives the same weights. */
import { test } from "node:test";
import { runForAMoment } from "./moment.js";

test("bench/overhead.mjs prints a row for each way", () => {
  const words = [
    "--subset",
    "200",
    "--epochs",
    "2",
    "--rounds",
    "1",
    "--model",
    "fc 10",
    "--dataset",
    "synthetic-digits",
  ];
  runForAMoment("overhead.mjs", words, /^\| --live, one page open \| [\d.]+ \| -?[\d.]+ % \| [\d.]+ \| -?[\d.]+ % \|$/);
});
