/** What a refusal has to be: an error of our own, with its exit code and its words. */
import assert from "node:assert/strict";
import { HeddleError } from "../../src/base/errors.js";

export const refusal =
  (exitCode: number, says: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof HeddleError && error.exitCode === exitCode, String((error as Error).stack));
    assert.match(error.message, says);
    return true;
  };

export function refuses(call: () => unknown, exitCode: number, says: RegExp): void {
  assert.throws(call, refusal(exitCode, says));
}
