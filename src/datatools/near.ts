/** Images of a set that show the same without being equal, for programs. */
import type { Dataset } from "../data/dataset.js";
import { checkDataset } from "../data/given.js";
import { nearCopiesOf } from "../data/near-kept.js";

/** Groups of samples as `data/samples.ts` counts them: training split, test split, validation split. */
export function nearCopies(dataset: Dataset): Promise<number[][]> {
  checkDataset(dataset, "nearCopies, data set");
  return nearCopiesOf(dataset);
}
