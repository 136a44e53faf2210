/** What `doctor --json` and the benches print. */
import { z } from "zod";
import { state } from "./data.js";
import { backendName, count, findings, schemaNumber, text } from "./parts.js";

export const doctorDocument = z
  .strictObject({
    schema: schemaNumber,
    node: text,
    platform: text,
    cpu: text,
    features: z.array(text),
    cores: z.strictObject({ mask: count, quota: z.number().nullable() }),
    threads: z.strictObject({ threads: count, reason: text, note: text.nullable() }),
    memory: z.strictObject({ total: count, limit: count.nullable(), available: z.number() }),
    native: z.strictObject({
      available: z.boolean(),
      isa: text,
      isas: z.array(text),
      path: text.nullable(),
      attempts: z.array(text),
    }),
    speed: z
      .strictObject({
        backend: backendName,
        reason: text.describe("why that back end"),
        gflops: z.strictObject({ f32: z.number(), f64: z.number() }).nullable(),
        memoryBandwidth: z.number(),
      })
      .describe("of one core, in billions a second: FMA peak, and bytes that a copy reads and writes"),
    mpi: z
      .strictObject({
        launcher: text.nullable(),
        libraries: z.array(text),
        sharedMemory: count.nullable(),
        interfaces: z.array(text),
      })
      .describe("what training in several processes would take; bytes of /dev/shm"),
    dataDir: text.nullable(),
    datasets: z.array(z.strictObject({ name: text, state, missing: z.array(text) })),
    environment: z.record(text, text),
  })
  .describe("heddle doctor --json");

export const doctorRunDocument = z
  .strictObject({ schema: schemaNumber, findings })
  .describe("heddle doctor RUN --json");

const operation = z.strictObject({
  layer: text.nullable(),
  type: text.nullable(),
  operation: text,
  ms: z.number().describe("of one step"),
  peakShare: z.number().nullable(),
});
const step = {
  msPerStep: z.strictObject({ best: z.number(), median: z.number() }),
  samplesPerSecond: z.number(),
  gflops: z.number().describe("direct multiply-adds, two operations each, without the first layer's dx"),
  peakShare: z.number().describe("of the FMA peak of that many cores, measured in the same run"),
  ranks: z.array(z.strictObject({ compute: z.number(), wait: z.number() })).describe("milliseconds of a step"),
};

export const benchStepDocument = z
  .strictObject({
    schema: schemaNumber,
    threads: count,
    processes: count,
    received: z.number(),
    ...step,
    operations: z.array(operation).optional(),
  })
  .describe("heddle bench step --json");

export const benchScalingDocument = z
  .strictObject({
    schema: schemaNumber,
    results: z.array(
      z.strictObject({
        threads: count.describe("of each process"),
        processes: count,
        received: z.number().describe("bytes of a step that each process gets from the others"),
        ...step,
        operations: z.array(operation).nullable(),
      }),
    ),
    network: z
      .array(
        z.strictObject({
          nodes: count,
          gigabits: z.number(),
          speedup: z.number().describe("against one machine, at the same batch"),
          compute: z.number().describe("milliseconds"),
          exchange: z.number().describe("milliseconds"),
          limit: z.enum(["network", "update", "samples", "none"]),
          hiddenFrom: count.nullable().describe("the batch from which exchanges take at most a tenth of a step"),
        }),
      )
      .optional()
      .describe("with --processes: what several machines would reach"),
    bandwidth: z
      .number()
      .optional()
      .describe("with --predict: billions of bytes that a core reads a second, beyond its caches"),
    predicted: z
      .array(
        z.strictObject({
          ranks: count,
          speedup: z.number().describe("against one rank, at the same batch"),
          ms: z.number().describe("of a step"),
          limit: text.describe(
            "what takes most of what keeps it from that many times as fast; none where nothing does",
          ),
          batch: count.nullable().describe("the smallest, doubled from this one, that is four fifths of linear"),
        }),
      )
      .optional()
      .describe("with --predict: what more ranks would reach"),
  })
  .describe("heddle bench scaling --json");

export const benchGemmDocument = z
  .strictObject({
    schema: schemaNumber,
    results: z.array(z.strictObject({ shape: text, gflops: z.number(), peakShare: z.number() })),
  })
  .describe("heddle bench gemm --json");

export const benchPredictDocument = z
  .strictObject({
    schema: schemaNumber,
    model: text,
    backend: backendName,
    single: z
      .strictObject({ p50: z.number(), p99: z.number(), slowest: z.number(), calls: count })
      .describe("milliseconds of calls with one image"),
    rates: z.array(z.strictObject({ images: count.describe("of a call"), imagesPerSecond: z.number() })),
  })
  .describe("heddle bench predict --json");

export const profileDocument = z
  .strictObject({
    schema: schemaNumber,
    model: text,
    batchSize: count,
    dtype: z.enum(["f32", "f64"]),
    threads: count,
    backend: text,
    isa: text,
    steps: count.describe("measured, after warming up"),
    msPerStep: z.strictObject({ best: z.number(), median: z.number(), mean: z.number() }),
    samplesPerSecond: z.number(),
    gflops: z.number().describe("direct multiply-adds, two operations each, without the first layer's dx"),
    peakShare: z.number().nullable().describe("of the FMA peak of that many cores"),
    layers: z
      .array(
        z.strictObject({
          layer: text.nullable(),
          type: text.nullable(),
          pass: text,
          ms: z.number().describe("of one step, mean over the ranks"),
          share: z.number().describe("of the step; all sum to 1"),
          gflops: z.number().nullable().describe("by the definition's multiply-adds, also of Winograd's"),
          peakShare: z.number().nullable().describe("of what is multiplied really, against the FMA peak"),
          bytes: z.number().nullable().describe("moved at least: each tensor once"),
        }),
      )
      .describe("a layer's pass each, in the order of a step; wait: at barriers; other: between operations"),
    ranks: z.array(z.strictObject({ compute: z.number(), wait: z.number() })).describe("milliseconds of a step"),
    imbalance: z.number().describe("how much longer than the mean the slowest rank computes, as a share"),
    advice: text.describe("what to do, in one sentence"),
  })
  .describe("heddle profile --json");
