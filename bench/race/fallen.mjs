// Ratios of a race that fell, read off two pages that bench/race.mjs wrote: `--check`.

const cellsOf = (line) =>
  line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim());

/** Every ratio (a bold cell) of the tables of a page, by the words of its row and of its column. */
export function ratiosOf(page) {
  const ratios = new Map();
  let head = null;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) head = null;
    else if (head === null) head = cellsOf(line);
    else {
      const cells = cellsOf(line);
      // A net with its batch and threads, a shape with its type.
      const named = cells
        .slice(
          0,
          head.findIndex((word) => word.startsWith("Heddle")),
        )
        .join(" ");
      for (const [i, cell] of cells.entries()) {
        const ratio = /^\*\*([\d.]+)\*\*$/.exec(cell)?.[1];
        // A column of ratios belongs to the peer before it, whose version may have changed since.
        const peer = head[i] === "times" ? head[i - 1].replace(/ [\d.]\S* ms$/, "") : head[i];
        if (ratio) ratios.set(`${named}, ${peer}`, Number(ratio));
      }
    }
  }
  return ratios;
}

/** What of `before` is lower in `now` by more than `share`; what only one page has says nothing. */
export function fallen(before, now, share = 0.05) {
  const [old, current] = [ratiosOf(before), ratiosOf(now)];
  const both = [...old].filter(([name]) => current.has(name));
  return {
    compared: both.length,
    fell: both
      .map(([name, from]) => ({ name, from, to: current.get(name) }))
      .filter(({ from, to }) => to < from * (1 - share)),
  };
}
