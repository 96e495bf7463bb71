export { type Prediction, TextClassifier } from "./classifier/classifier.js";
export type { Manifest } from "./classifier/manifest.js";
export type { FitOptions } from "./classifier/options.js";
export { planTraining, type TrainingPlan } from "./classifier/plan.js";
export { type Dataset, type Example, loadDataset } from "./data/dataset.js";
export { HeadstartError, OptionError, OutputError, UsageError } from "./errors.js";
export type { MultiLabelScores, Scores, SingleLabelScores } from "./evaluate/types.js";
export { type Log, type Progress, silentLog, stderrLog } from "./log.js";
