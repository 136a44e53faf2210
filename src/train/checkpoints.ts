/**
 * The checkpoints of a run: `last.ckpt` is the newest, `last-1.ckpt` the one before it, and so on, `--keep` in all. The new one
 * lies whole on the disk before an older one gets another name, so a full disk and a kill leave what was there.
 */
import { copyFileSync, existsSync, linkSync, readdirSync, renameSync } from "node:fs";
import { dirname, join } from "node:path";
import { removeIfThere } from "../base/atomic-write.js";
import { dataError, HeddleError } from "../base/errors.js";
import { olderCheckpoint } from "../run/run-folder.js";
import { type CheckpointHeader, type CheckpointTensors, readCheckpoint } from "./checkpoint.js";

/** The files that are there, the newest first. */
export function checkpointsOf(newest: string): readonly string[] {
  const folder = dirname(newest);
  const older = readdirSync(folder)
    .flatMap((name) => {
      const number = olderCheckpoint.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    })
    .sort((a, b) => a - b)
    .map((number) => join(folder, `last-${number}.ckpt`));
  return existsSync(newest) ? [newest, ...older] : older;
}

/** Makes way for a new `newest`: so many stay, it counted. */
export function rotateCheckpoints(newest: string, keep: number): void {
  const pathOf = (number: number): string => join(dirname(newest), `last-${number}.ckpt`);
  for (const path of checkpointsOf(newest)) {
    const number = Number(olderCheckpoint.exec(path.slice(dirname(newest).length + 1))?.[1] ?? 0);
    if (number >= keep - 1 && number > 0) removeIfThere(path);
  }
  for (let number = keep - 2; number >= 1; number--) {
    if (existsSync(pathOf(number))) renameSync(pathOf(number), pathOf(number + 1));
  }
  if (keep < 2 || !existsSync(newest)) return;
  try {
    // The newest keeps its name until the new one takes it.
    linkSync(newest, pathOf(1));
  } catch {
    copyFileSync(newest, pathOf(1));
  }
}

export interface FoundCheckpoint {
  readonly path: string;
  readonly state: CheckpointHeader & CheckpointTensors;
  /** Which newer ones are damaged, a line each. */
  readonly notes: readonly string[];
}

/** The newest that is whole. Throws what is wrong with the newest where none is. */
export function newestCheckpoint(newest: string): FoundCheckpoint {
  const failures: HeddleError[] = [];
  for (const path of checkpointsOf(newest)) {
    try {
      const state = readCheckpoint(path);
      const notes = failures.map(
        ({ message }) => `${message.replace(/ It cannot be resumed from.*$/, "")} Going on from ${path}.`,
      );
      return { path, state, notes };
    } catch (error) {
      if (!(error instanceof HeddleError)) throw error;
      failures.push(error);
    }
  }
  throw failures[0] ?? dataError({ where: newest, expected: "a checkpoint", got: "no such file" });
}
