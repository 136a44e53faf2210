/** In the page: a table of the worst of many rows becomes one of those whose name has what is typed. */
{
  interface Rows {
    readonly most: number;
    readonly rows: readonly (readonly string[])[];
  }

  const rowOf = (cells: readonly string[]): HTMLTableRowElement => {
    const row = document.createElement("tr");
    for (const [i, text] of cells.entries()) {
      const cell = document.createElement(i === 0 ? "th" : "td");
      if (i === 0) cell.setAttribute("scope", "row");
      else cell.className = "n";
      cell.textContent = text;
      row.append(cell);
    }
    return row;
  };

  for (const label of document.querySelectorAll<HTMLElement>(".filter")) {
    const place = label.closest(".filtered");
    const [input, body] = [label.querySelector("input"), place?.querySelector("tbody")];
    const caption = place?.querySelector("caption");
    const data = place?.querySelector('script[type="application/json"]')?.textContent;
    if (!input || !body || !caption || !data) continue;
    const { most, rows } = JSON.parse(data) as Rows;
    const said = caption.textContent;
    caption.setAttribute("aria-live", "polite");
    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase();
      const found = rows.filter(([name]) => name.toLowerCase().includes(wanted));
      const shown = found.slice(0, most);
      body.replaceChildren(...shown.map(rowOf));
      const all = found.length > shown.length ? `The ${shown.length} worst of ${found.length}` : `${found.length}`;
      caption.textContent = wanted === "" ? said : `${all} with "${input.value.trim()}" in the name`;
    });
    label.hidden = false;
  }
}
