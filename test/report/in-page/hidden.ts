/** Runs in the page. Says whether it is in front, as a browser with many tabs would. */
export function setHidden(hidden: boolean): void {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}

/** Before the page's own scripts. */
export const hideAtFirst = (): void => {
  Object.defineProperty(document, "hidden", { configurable: true, value: true });
};
