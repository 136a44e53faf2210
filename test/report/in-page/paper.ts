/** Runs in the page. The color of the page, and how high each table of numbers is. */
export const lookOfPaper = (): { ground: string; heights: number[] } => ({
  ground: getComputedStyle(document.body).backgroundColor,
  heights: [...document.querySelectorAll("details table")].map((table) => table.getBoundingClientRect().height),
});
