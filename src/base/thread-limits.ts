/**
 * Limits of every thread that Heddle starts. A thread whose heap is full is ended by Node, with an error for whoever waits for it,
 * as long as one garbage collection brings no more than 16 MiB to the heap; with more, V8 ends the whole process. The young
 * generation is that collection's source: from Node 24 on it may grow to 192 MiB. Of 24 MiB, a third can survive at once.
 */
export const threadLimits = { maxYoungGenerationSizeMb: 24 } as const;
