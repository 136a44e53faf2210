/** Image files that do not decode: each costs itself alone, and all are named at the end. */
import { dataError, HeddleError } from "../base/errors.js";
import { count } from "../base/text.js";

export interface FailedFile {
  readonly file: string;
  /** What was expected of it, and what came. */
  readonly reason: string;
}

export const isDataError = (error: unknown): error is HeddleError =>
  error instanceof HeddleError && error.kind === "data";

/** What went wrong with the data, as a value. */
export async function caught<T>(work: () => Promise<T>): Promise<T | HeddleError> {
  try {
    return await work();
  } catch (error) {
    if (isDataError(error)) return error;
    throw error;
  }
}

/** Throws what is no fault of the file. */
export function failure(file: string, error: unknown): FailedFile {
  if (!isDataError(error)) throw error;
  return { file, reason: error.message };
}

/** As many are listed, a line each. */
const listed = 40;

/** One error for files that do not decode. */
export function failedFilesError(failed: readonly FailedFile[], of: number): HeddleError {
  if (failed.length === 1) return new HeddleError("data", failed[0].reason);
  const lines = failed.slice(0, listed).map(({ reason }) => `  ${reason}`);
  if (failed.length > listed) lines.push(`  and ${count(failed.length - listed)} more`);
  return dataError({
    where: "predict",
    expected: `${count(of)} image files that decode`,
    got: `${count(failed.length)} that do not`,
    excerpt: lines.join("\n"),
  });
}
