/** The assignment of rows to columns with the largest sum: the Hungarian method, by shortest augmenting paths. */

/** `counts` is square. The column of each row. */
export function bestAssignment(counts: readonly ArrayLike<number>[]): number[] {
  const n = counts.length;
  // Potentials of rows and columns, and the row of each column; places from 1, column 0 is where a row enters.
  const [u, v] = [new Float64Array(n + 1), new Float64Array(n + 1)];
  const rowOf = new Int32Array(n + 1);
  for (let row = 1; row <= n; row++) {
    const least = new Float64Array(n + 1).fill(Infinity);
    const before = new Int32Array(n + 1);
    const used = new Uint8Array(n + 1);
    rowOf[0] = row;
    let column = 0;
    do {
      used[column] = 1;
      const at = rowOf[column];
      let [delta, next] = [Infinity, 0];
      for (let j = 1; j <= n; j++) {
        if (used[j]) continue;
        const cost = -counts[at - 1][j - 1] - u[at] - v[j];
        if (cost < least[j]) [least[j], before[j]] = [cost, column];
        if (least[j] < delta) [delta, next] = [least[j], j];
      }
      for (let j = 0; j <= n; j++) {
        if (used[j]) {
          u[rowOf[j]] += delta;
          v[j] -= delta;
        } else least[j] -= delta;
      }
      column = next;
    } while (rowOf[column] !== 0);
    for (; column !== 0; column = before[column]) rowOf[column] = rowOf[before[column]];
  }
  const columns = new Array<number>(n).fill(0);
  for (let j = 1; j <= n; j++) columns[rowOf[j] - 1] = j - 1;
  return columns;
}
