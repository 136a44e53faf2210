/** 99 % of MNIST's test images in one epoch, as the mean of 30 seeds: the recipe of a public record, on the cores of a CPU. */
import type { SpeedExperiment } from "../experiment.js";

const net = ["conv 24x5 >> relu >> pool 2", "conv 32x3 >> relu >> pool 2", "flatten >> fc 256 >> relu >> fc 10"].join(
  " >> ",
);

export const mnist99: SpeedExperiment = {
  kind: "speed",
  name: "mnist-99",
  summary: "99 % on MNIST in one epoch, timed",
  source: "A record of 0.76 s on a laptop's GPU, MNIST to 99 % in one epoch",
  settings: {
    dataset: "mnist",
    model: net,
    epochs: 1,
    batchSize: 256,
    validation: 0,
    standardize: "dataset",
    lr: 0.01,
    optimizer: "adam betas=0.7,0.9",
    // Beside these, two or three other seeds each: he-normal weights give 98.93 %, a beta that the cycle moves 98.75 %.
    schedule: "one-cycle momentum=0.7,0.7",
    initializer: "lecun-uniform",
  },
  quick: { subset: 1000 },
  goal: 0.99,
  seeds: 30,
  anchors: ["0.76 s of training on a GTX 1660 Ti for 99.04 %, data in memory"],
};
