/** The public API. */
export { evaluate, type Evaluation } from "./inference/evaluate.js";
export { decodeImage, type ImageFile } from "./data/formats/image.js";
export type { DecodedImage } from "./data/formats/pixels.js";
export { predict, type Prediction, type Predictions } from "./inference/predict.js";
export {
  type FilePrediction,
  type FilePredictions,
  predictFiles,
  type PredictFilesOptions,
} from "./inference/predict-files.js";
export type { PreparedImage, PrepareOptions } from "./inference/prepare.js";
export { openPredictor, type Predictor, type PredictorOptions } from "./inference/predictor.js";
export { dgemm, type GemmOptions, sgemm } from "./kernels/gemm.js";
export { type NetSummary, summarize } from "./nn/summary.js";
export { HeddleError } from "./errors.js";
export type { TrainEvent, TrainOutcome, TrainResult } from "./train/events.js";
export type { TrainOptions } from "./train/options.js";
export { train } from "./train/trainer.js";
