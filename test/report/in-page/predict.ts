/** What tests ask the page of `export --to web`: run there by playwright, so each stands alone. */

/** Probabilities of images of 28x28 grey bytes that stand one after the other, by the page's own model and kernels. */
export function predictInPage(all: readonly number[]): number[][] {
  interface Heddle {
    loadFast(bytes: Uint8Array): unknown;
    unpackTensors(model: unknown, numbers: Float32Array): unknown;
    answerTo(...given: unknown[]): { probabilities: Float32Array };
  }
  const { heddle } = globalThis as unknown as { heddle: Heddle };
  const bytes = (id: string): Uint8Array =>
    Uint8Array.from(atob(document.getElementById(id)!.textContent.trim()), (c) => c.charCodeAt(0));
  const model = JSON.parse(document.getElementById("model")!.textContent) as unknown;
  const constants = heddle.unpackTensors(model, new Float32Array(bytes("weights").buffer));
  const fast = heddle.loadFast(bytes("kernels"));
  return Array.from({ length: all.length / 784 }, (_, i) => {
    const image = { width: 28, height: 28, channels: 1, pixels: Uint8Array.from(all.slice(i * 784, (i + 1) * 784)) };
    return [...heddle.answerTo(model, constants, image, { invert: false }, fast).probabilities];
  });
}

/** Waits until what was drawn has been answered. */
export const nextFrames = (): Promise<unknown> =>
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

/** The net's input that the page makes of PNG files: every second as a digit of MNIST, from the first on. */
export function preparedInPage(files: readonly number[][]): number[][] {
  interface Heddle {
    unpackTensors(model: unknown, numbers: Float32Array): unknown;
    answerToPng(...given: unknown[]): { bytes: Uint8Array };
  }
  const { heddle } = globalThis as unknown as { heddle: Heddle };
  const text = atob(document.getElementById("weights")!.textContent.trim());
  const model = JSON.parse(document.getElementById("model")!.textContent) as unknown;
  const constants = heddle.unpackTensors(model, new Float32Array(Uint8Array.from(text, (c) => c.charCodeAt(0)).buffer));
  return files.map((file, i) => {
    const options = i % 2 === 0 ? { prepare: "mnist" } : {};
    return [...heddle.answerToPng(model, constants, Uint8Array.from(file), options).bytes];
  });
}
