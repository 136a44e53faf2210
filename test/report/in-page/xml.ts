/** Runs in the page. The namespace of a document that is well-formed XML; else what is wrong with it. */
export function readsAsXml(text: string): string | null {
  const { documentElement } = new DOMParser().parseFromString(text, "image/svg+xml");
  return documentElement.querySelector("parsererror")?.textContent ?? documentElement.namespaceURI;
}
