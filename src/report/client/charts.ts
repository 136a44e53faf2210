/**
 * In the page: who points at a learning curve, touches it, or goes over it with the arrow keys reads the values of that
 * epoch below it. The values are those of the chart's own table.
 */
{
  const rowsOf = (figure: Element): HTMLTableRowElement[] => [
    ...figure.querySelectorAll<HTMLTableRowElement>("tr[data-x]"),
  ];

  const show = (figure: Element, row: HTMLTableRowElement): void => {
    const heads = [...figure.querySelectorAll("thead th")].map(({ textContent }) => textContent);
    const words = [...row.cells].map(({ textContent }, i) => `${heads[i]} ${textContent}`);
    const readout = figure.querySelector(".readout");
    if (readout) readout.textContent = words.join(" · ");
    for (const svg of figure.querySelectorAll<SVGSVGElement>("svg[data-plot]"))
      drawCursor(svg, Number(row.dataset["x"]));
  };

  const plotOf = (svg: SVGSVGElement): number[] => (svg.dataset["plot"] ?? "").split(" ").map(Number);

  const drawCursor = (svg: SVGSVGElement, x: number): void => {
    const [left, right, from, to] = plotOf(svg);
    const at = left + ((x - from) / (to - from)) * (right - left);
    svg.querySelector(".cursor")?.remove();
    const axis = svg.querySelector(".axis");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    const bottom = /,([\d.]+)/.exec(axis?.getAttribute("d") ?? "")?.[1] ?? "0";
    line.setAttribute("class", "axis cursor");
    line.setAttribute("d", `M${at},${bottom}V${svg.dataset["top"] ?? 0}`);
    svg.append(line);
  };

  const nearest = (svg: SVGSVGElement, clientX: number): void => {
    const figure = svg.closest("figure");
    if (!figure) return;
    const box = svg.getBoundingClientRect();
    const [left, right, from, to] = plotOf(svg);
    const x =
      from + ((((clientX - box.left) / box.width) * svg.viewBox.baseVal.width - left) / (right - left)) * (to - from);
    const distance = (row: HTMLTableRowElement): number => Math.abs(Number(row.dataset["x"]) - x);
    const [row] = rowsOf(figure).sort((a, b) => distance(a) - distance(b));
    if (row) show(figure, row);
  };

  for (const kind of ["pointermove", "pointerdown"] as const) {
    document.addEventListener(kind, (event) => {
      const svg = (event.target as Element).closest?.<SVGSVGElement>("svg[data-plot]");
      if (svg) nearest(svg, event.clientX);
    });
  }
  document.addEventListener("keydown", (event) => {
    const svg = (event.target as Element).closest?.("svg[data-plot]");
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const figure = svg?.closest("figure");
    if (!figure || step === undefined) return;
    const rows = rowsOf(figure);
    const now = rows.findIndex((row) =>
      figure
        .querySelector(".readout")
        ?.textContent?.startsWith(`${figure.querySelector("thead th")?.textContent} ${row.cells[0].textContent} `),
    );
    const row = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
    if (row) show(figure, row);
    event.preventDefault();
  });
}
