/** `--quiet`: shows nothing. */
import type { Renderer } from "./renderer.js";

export const silent = (): Renderer => ({ onEvent() {}, close() {} });
