/** Loads the addon and says which kernels it got, and one product. */
import { parentPort } from "node:worker_threads";
import { loadBackend } from "../../src/kernels/index.js";

const backend = loadBackend("native");
const c = new Float64Array(1);
const [a, b] = [Float64Array.of(1, 2, 3), Float64Array.of(4, 5, 6)];
backend.dgemm(false, false, 1, 1, 3, 1, a, 3, b, 1, 0, c, 1, null, 0, 0);
parentPort?.postMessage({ isa: backend.isa, product: c[0] });
