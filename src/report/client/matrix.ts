/** In the page: a cell of the confusion matrix shows examples of it, by pointer, touch or keyboard. */
{
  interface Examples {
    readonly names: readonly string[];
    readonly rows: readonly number[];
    readonly images: readonly { readonly src: string; readonly width: number; readonly height: number }[];
    readonly cells: Readonly<Record<string, readonly number[]>>;
  }

  const show = (cell: Element): void => {
    const matrix = cell.closest(".matrix");
    const panel = matrix?.querySelector(".examples");
    const data = matrix?.querySelector('script[type="application/json"]')?.textContent;
    const key = cell.getAttribute("data-cell");
    if (!panel || !data || !key || panel.getAttribute("data-of") === key) return;
    const { names, rows, images, cells } = JSON.parse(data) as Examples;
    const [truth, guess] = key.split("-").map(Number);
    const number = Number(cell.getAttribute("data-count"));
    panel.setAttribute("data-of", key);
    for (const other of matrix.querySelectorAll(".chosen")) other.classList.remove("chosen");
    cell.classList.add("chosen");
    const text = document.createElement("p");
    const share = `${((100 * number) / rows[truth]).toFixed(1)} %`;
    text.textContent =
      truth === guess
        ? `${names[truth]}: ${number} of ${rows[truth]} right (${share})`
        : `${names[truth]} taken for ${names[guess]}: ${number} of ${rows[truth]} (${share})`;
    const list = document.createElement("ul");
    for (const i of cells[key] ?? []) {
      const image = Object.assign(document.createElement("img"), images[i]);
      image.alt = `a ${names[truth]} taken for ${names[guess]}`;
      const item = document.createElement("li");
      item.append(image);
      list.append(item);
    }
    panel.replaceChildren(text, list);
  };

  for (const kind of ["pointerover", "click", "focusin"] as const) {
    document.addEventListener(kind, (event) => {
      const cell = (event.target as Element).closest?.("[data-cell]");
      if (cell) show(cell);
    });
  }
}
