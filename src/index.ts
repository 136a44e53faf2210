/**
 * The public API: all that the command line stands on. The library never prints; its errors are `HeddleError`s, whose
 * message says what was expected, where, what came and what to do.
 */

import { nameSettingsAs } from "./base/errors.js";
import { guarded } from "./base/given.js";
import { later } from "./later.js";
import type { EpochEvent, trainEpochs as EpochsOf } from "./report/epochs.js";
import type { TrainOutcome as Outcome } from "./train/events.js";
import * as words from "./words.js";

// Programs know settings by their keys; the command line says that it knows them by its flags.
nameSettingsAs("keys");

// Training, and what is known of a run.

/** Trains a net. `config` takes the settings of `heddle train`; what is left out has its default. Throws HeddleError; what the run folder holds by then stays valid. */
export const train = later(async () => (await import("./report/after-training.js")).train);
/** The same as an iterator of epochs; leaving the loop stops the run with a checkpoint. Throws HeddleError. */
export async function* trainEpochs(...given: Parameters<typeof EpochsOf>): AsyncGenerator<EpochEvent, Outcome> {
  return yield* (await import("./report/epochs.js")).trainEpochs(...given);
}
export { type Field, fields } from "./config/fields.js";
export { type Resolved } from "./config/resolve.js";
export { resumable } from "./config/resumable.js";
export { changeable } from "./config/resume-with.js";
export type { TrainConfig, TrainConfigInput } from "./config/schema.js";
export type { EpochEvent } from "./report/epochs.js";
export type { TrainDocument } from "./run/documents/train.js";
/** JSON Schema of all documents that `--json` prints: `#/$defs/train`, `#/$defs/evaluate` … */
export const documentsSchema = later(async () => {
  const { documentsSchema } = await import("./run/documents/index.js");
  return () => Promise.resolve(documentsSchema());
});
export type { ReportedOptions as TrainOptions } from "./report/after-training.js";
export { type WeightsName, weightsNames } from "./run/find-model.js";
export { type Metrics, type MetricsLine, readMetrics } from "./run/metrics-file.js";
export type { RunHeader } from "./run/run-file.js";
export type { EpochLine, TrainEvent, TrainOutcome, TrainResult } from "./train/events.js";

/** A range test of the learning rate: fresh weights, rising rates, nothing kept. Throws HeddleError. */
export const findRate = later(async () => (await import("./train/find-rate.js")).findRate);
export type { FindRateOptions, FoundRate, RatePoint } from "./train/find-rate.js";

/** Trains once for each of some seeds or folds, and sums up. Throws HeddleError. */
export const trainRepeatedly = later(async () => (await import("./search/repeat.js")).trainRepeatedly);
export type { RepeatDocument } from "./run/documents/search.js";
export type { RepeatOptions, RepeatOutcome } from "./search/repeat.js";
/** Whether a folder is that of a training with several seeds or folds. */
export const isRepeat = later(async () => {
  const { isRepeat } = await import("./search/repeat.js");
  return guarded({ isRepeat: (folder: string) => Promise.resolve(isRepeat(folder)) }).isRepeat;
});

/** Trains many times with settings from a search file, and compares. Throws HeddleError. */
export const search = later(async () => (await import("./search/search.js")).search);
export type { SearchDocument } from "./run/documents/search.js";
export type { SearchEvent, SearchOptions, SearchOutcome } from "./search/search.js";

/** Runs an experiment of the source documents again; what was finished before is read. Throws HeddleError. */
export const repro = later(async () => (await import("./repro/repro.js")).repro);
/** The experiments, in the order of help. */
export const listExperiments = later(async () => {
  const { experiments } = await import("./repro/experiments/index.js");
  return () => Promise.resolve(experiments.map(({ name, kind, summary, source }) => ({ name, kind, summary, source })));
});
export type { ReproOptions } from "./repro/options.js";
export type { ReproOutcome } from "./repro/repro.js";
export type { WordedTable } from "./repro/words.js";
export type { ReproDocument, ReproRow, ReproSpeedDocument } from "./run/documents/repro.js";

/** Trains a run again by what its folder says, and compares. Throws HeddleError. */
export const verifyRun = later(async () => (await import("./train/verify.js")).verifyRun);
export type { RunVerification } from "./train/verify.js";

/** Runs the step again at which a run's loss left the finite. Throws HeddleError. */
export const replay = later(async () => (await import("./train/replay.js")).replay);
export type { NumberRange } from "./engine/range.js";
export type { Replay } from "./train/replay.js";

// What can be named: optimizers, losses, data sets, nets and so on, and how each is said.

export { type Member } from "./base/registry.js";
export { type Choice, type Setting } from "./base/setting.js";
export { settingKinds } from "./config/settings.js";
export { choicesOf, type Listed } from "./run/choices.js";
export { type NetSummary, type SummaryOptions } from "./run/summary.js";
/** Layers, shapes, parameters, cost and plan of a net. Throws HeddleError. */
export const summarize = later(async () => (await import("./run/summary.js")).summarize);

// Using a model.

/** Measures a model on a split. Throws HeddleError. */
export const evaluate = later(async () => (await import("./inference/evaluate.js")).evaluate);
export type { Evaluation } from "./inference/evaluate.js";
export { viewKinds } from "./inference/views/index.js";
/** Classes of images of a data set. Throws HeddleError. */
export const predict = later(async () => (await import("./inference/predict.js")).predict);
export type { Prediction, Predictions } from "./inference/predict.js";
/** Classes of image files. Throws HeddleError. */
export const predictFiles = later(async () => (await import("./inference/predict-files.js")).predictFiles);
export type { Candidate } from "./inference/answers-table.js";
export type { FilePrediction } from "./inference/file-answers.js";
export type { FilePredictions, PredictFilesOptions } from "./inference/predict-files.js";
export { openPredictor, type Predictor, type PredictorOptions } from "./inference/predictor.js";
export { type Preparation, type PreparedImage, type PrepareOptions, preparations } from "./inference/prepare.js";
export type { Guess } from "./metrics/guess.js";
export { type ClassScores, classMetrics, everyEpoch, metrics } from "./metrics/index.js";
export type { Score, SplitName } from "./metrics/score.js";
export { type Threshold } from "./metrics/target.js";

/** Writes a trained model as a file for other programs. Throws HeddleError. */
export const exportModel = later(async () => (await import("./export/export.js")).exportModel);
export type { Exported, ExportOptions } from "./export/export.js";
export { exportFormats } from "./export/formats.js";
/** A model with the code that runs it, as a folder or zip archive. Throws HeddleError. */
export const packModel = later(async () => (await import("./export/pack/pack.js")).packModel);
export type { PackOptions } from "./export/pack/pack.js";

/** Serves a trained model over HTTP on the caller's thread. Throws HeddleError. */
export const serve = later(async () => (await import("./serve/server.js")).serve);
export type { ModelServer, ServeOptions } from "./serve/server.js";

/** One sample through a trained net, with its numbers. Throws HeddleError. */
export const explain = later(async () => (await import("./inference/explain.js")).explain);
export type { Explanation } from "./inference/explain.js";

// Pages of runs.

/** Makes the report of a run anew: one HTML file, and its pictures where asked for. Throws HeddleError. */
export const writeReportOfAll = later(async () => (await import("./report/of-all.js")).writeReportOfAll);
export const writeReport = later(async () => (await import("./report/write.js")).writeReport);
export type { ReportOptions, WrittenReport } from "./report/write.js";
/** Sets runs side by side. Throws HeddleError. */
export const compareRuns = later(async () => (await import("./report/compare.js")).compareRuns);
export type { Comparison } from "./report/compare.js";
/** Writes a page with the runs' curves on one chart. Throws HeddleError. */
export const writeComparison = later(async () => guarded(await import("./report/compare-page.js")).writeComparison);
/** Draws a run's learning curves in characters. Throws HeddleError. */
export const plotRun = later(async () => (await import("./report/plot.js")).plotRun);
export { type CharacterPlot } from "./report/character-plot.js";
export type { LiveOptions } from "./report/live.js";

/** Looks for mistakes in a run, the gravest first. Throws HeddleError. */
export const examineRun = later(async () => (await import("./doctor/index.js")).examineRun);

// Data, and what a person should know of it.

export { type Finding, type Severity } from "./base/finding.js";
export type { ImageShape } from "./base/shape.js";
export type { Dataset, LoadEvent, LoadOptions } from "./data/dataset.js";
export { datasets, findDataset, schemes } from "./data/index.js";
export { decodeImage, type ImageFile } from "./formats/image.js";
export type { DecodedImage } from "./formats/pixels.js";
export { type Fit, fits } from "./formats/resize.js";
/** Downloads a published data set; what is there and right is left alone. Throws HeddleError. */
export const fetchDataset = later(async () => (await import("./datatools/fetch.js")).fetchDataset);
/** Groups of samples that show the same, as positions in the whole set; looked for once and kept in the cache folder. */
export const nearCopies = later(async () => (await import("./datatools/near.js")).nearCopies);
export { type Description, describeDataset } from "./datatools/describe.js";
export type { FetchResult } from "./datatools/fetch.js";
export { type Holding, takeInventory, whatIsHere } from "./datatools/inventory.js";
/** Writes a page with a contact sheet, the mean image and the counts of each class. Throws HeddleError. */
export const writeDataPage = later(async () => (await import("./datatools/show.js")).writeDataPage);
/** Checks files, counts and labels of a data set, and lists duplicates. Throws HeddleError. */
export const verifyDataset = later(async () => (await import("./datatools/verify.js")).verifyDataset);
export { type Verification } from "./datatools/verify.js";

// Kernels and the machine.

/** What one core of this machine can do, and what computes on it. Takes a third of a second. */
export const measureMachine = later(async () => {
  const { measureMachine } = await import("./measure/machine.js");
  return (...given: Parameters<typeof measureMachine>) => Promise.resolve(measureMachine(...given));
});
export type { MachineSpeed } from "./measure/machine.js";
/** Times matrix products in the shapes of real nets, on one core. Throws HeddleError. */
export const benchGemm = later(async () => (await import("./measure/gemm.js")).benchGemm);
/** Times a trained model's answers on random pixels, on one thread. Throws HeddleError. */
export const benchPredict = later(async () => (await import("./measure/predict.js")).benchPredict);
/** Times one training step on random input. Throws HeddleError. */
export const benchStep = later(async () => (await import("./measure/step.js")).benchStep);
export type { StepResult } from "./measure/step.js";
/** Times a step here, and says what several machines would reach over a network. Throws HeddleError. */
export const benchNetwork = later(async () => (await import("./measure/network.js")).benchNetwork);
export const benchMoreRanks = later(async () => (await import("./measure/more-ranks.js")).benchMoreRanks);
export type { RanksPrediction } from "./measure/more-ranks.js";
export type { NetworkPrediction } from "./measure/network.js";
/** The same step at several numbers of threads. Throws HeddleError. */
export const benchScaling = later(async () => (await import("./measure/scaling.js")).benchScaling);
/** Runs warm training steps and tells where their time goes, with a Chrome trace. Throws HeddleError. */
export const profileStep = later(async () => (await import("./measure/profile.js")).profileStep);
export { hashesPlainly } from "./base/hash.js";
export { cpuModel } from "./base/machine.js";
export type { LayerTime } from "./engine/layer-times.js";
export { dgemm, type GemmOptions, sgemm } from "./kernels/gemm.js";
export { nativeStatus } from "./kernels/native.js";
export type { Profiled, ProfileOptions, StepProfile } from "./measure/profile.js";
export { packageVersion, versionText } from "./version.js";

// Words: errors in their one form, numbers as people read them.

export { exitCodes, exitMeanings, HeddleError, nameSettingsAs } from "./base/errors.js";

/** Names, numbers and documents in words, and what the machine is (`words.ts`). Throw HeddleError for what they cannot read. */
export const {
  bytes,
  characterPlot,
  chooseThreads,
  clock,
  comesByPipe,
  configText,
  count,
  counted,
  cpuFeatures,
  didYouMean,
  divergenceWords,
  duration,
  evaluationDocument,
  eventDocument,
  factsOf,
  failedFilesError,
  field,
  findMetric,
  findingText,
  intervalText,
  isLayerWord,
  letterOf,
  lookUp,
  measuredDocument,
  missedTarget,
  namesImages,
  ownerOfOption,
  pairWords,
  parseResumeWith,
  percent,
  ratePicture,
  readCores,
  readMemory,
  reasonOf,
  reproTable,
  reproWords,
  resolveConfig,
  resultDocument,
  runError,
  settingText,
  shellPath,
  sideBySide,
  someOf,
  sparkline,
  strayVariables,
  usageError,
  usageOf,
  valueText,
  valueWords,
  writeTextFile,
  wrongData,
} = guarded(words);
/** Joins the processes that mpirun or srun started; null where there is this one alone. */
export const joinTeam = later(async () => (await import("./cluster/join.js")).joinTeam);
/** In every one of them but the first: does what that one orders until all end; the exit code. */
export const serveTeam = later(async () => {
  const { serveTeam } = await import("./cluster/serve.js");
  const { goApart } = await import("./search/apart.js");
  return (team: Team): Promise<number> => serveTeam(team, (order) => goApart(team, order));
});
export { findMpi } from "./cluster/find.js";

import type { Team } from "./cluster/team.js";

export type { Team };
