/** Files that are read and decoded at once: zlib and libvips work on threads of their own while others are read. */
const inFlight = 8;

/** The results of `work` in the order of the items, some items ahead. */
export async function* someAhead<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  most = inFlight,
): AsyncGenerator<R> {
  const ahead: Promise<R>[] = [];
  for await (const item of items) {
    const result = work(item);
    // A later item may fail before its turn comes, or after an earlier one ended it all.
    result.catch(() => {});
    ahead.push(result);
    if (ahead.length >= most) yield (await ahead.shift()) as R;
  }
  for (const result of ahead) yield await result;
}
