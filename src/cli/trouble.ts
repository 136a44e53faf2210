/** What the system refused, in words: said without loading anything, since that may be what failed. */

const troubles: Readonly<Record<string, string>> = {
  EMFILE:
    "open files: expected a limit of at least 256, got fewer (too many open files). Raise it: `ulimit -n 1024` before the command.",
  ENFILE: "open files: expected room in the system's table, got none. Other processes hold too many files open.",
  EAGAIN:
    "threads: expected room for one more, got none. Raise the limit of processes (`ulimit -u`, or the container's pids limit), or take fewer --threads.",
  ERR_WORKER_INIT_FAILED:
    "threads: expected room for one more, got none. Raise the limit of processes (`ulimit -u`, or the container's pids limit), or take fewer --threads.",
  ENOMEM:
    "memory: expected some more, got none. Raise the limit, or take a smaller --batch-size, a --subset or fewer --threads.",
};

/** Null where it is nothing of the kind. */
export function troubleText(error: unknown): string | null {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, message } = at as NodeJS.ErrnoException;
    const known = Object.keys(troubles).find((name) => code === name || message.includes(`${name}:`));
    if (known !== undefined) return troubles[known];
  }
  return null;
}
