/**
 * Functions of the public API that make words and documents of what the library gave, or answer a small question at once.
 * Here as they are; `index.ts` gives them out guarded against what they cannot read.
 */
export { writeTextFile } from "./base/atomic-write.js";
export { didYouMean, runError, usageError } from "./base/errors.js";
export { findingText, someOf } from "./base/finding.js";
export { cpuFeatures, readCores, readMemory } from "./base/machine.js";
export { reasonOf } from "./base/read-file.js";
export { lookUp } from "./base/registry.js";
export { settingText, usageOf } from "./base/setting.js";
export { shellPath } from "./base/shell-word.js";
export { bytes, clock, count, counted, duration, percent } from "./base/text.js";
export { field } from "./config/fields.js";
export { configText } from "./config/print.js";
export { resolveConfig, strayVariables } from "./config/resolve.js";
export { parseResumeWith } from "./config/resume-with.js";
export { factsOf } from "./datatools/describe.js";
export { wrongData } from "./datatools/verify.js";
export { evaluationDocument } from "./inference/evaluation-document.js";
export { failedFilesError } from "./inference/failed-files.js";
export { namesImages } from "./inference/places.js";
export { findMetric, intervalText, measuredDocument, valueText } from "./metrics/index.js";
export { missedTarget } from "./metrics/target.js";
export { characterPlot, sparkline } from "./report/character-plot.js";
export { divergenceWords, letterOf, pairWords, valueWords } from "./report/compare-words.js";
export { ratePicture } from "./report/rate-picture.js";
export { reproTable, reproWords, sideBySide } from "./repro/words.js";
export { isLayerWord, ownerOfOption } from "./run/choices.js";
export { comesByPipe } from "./run/data-place.js";
export { chooseThreads } from "./run/threads.js";
export { eventDocument, resultDocument } from "./train/result.js";
