#!/usr/bin/env node
// `train …` is `heddle train …`.
process.argv.splice(2, 0, "train");
await import("./heddle.js");
