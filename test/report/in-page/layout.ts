/** Runs in the page. Pairs of texts of its pictures that lie over each other or leave them, and a page wider than its window. */
export function findFaults(): string[] {
  const faults: string[] = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) faults.push(`the page is ${scrollWidth} wide in a window of ${clientWidth}`);
  for (const svg of document.querySelectorAll("svg")) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0) continue;
    const texts = [...svg.querySelectorAll("text")].map((text) => ({ text, box: text.getBoundingClientRect() }));
    for (const [i, { text, box }] of texts.entries()) {
      if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) {
        faults.push(`"${text.textContent}" leaves ${svg.querySelector("title")?.textContent}`);
      }
      for (const { text: other, box: next } of texts.slice(i + 1)) {
        const apart =
          box.right <= next.left + 0.5 ||
          next.right <= box.left + 0.5 ||
          box.bottom <= next.top + 0.5 ||
          next.bottom <= box.top + 0.5;
        if (!apart) faults.push(`"${text.textContent}" lies over "${other.textContent}"`);
      }
    }
  }
  return faults;
}
