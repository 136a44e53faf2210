// Makes kernels.wasm out of kernels.c, byte for byte what is committed, with the compiler of one version from PyPI:
//   python3 -m venv zig && zig/bin/pip install ziglang==0.17.1 && PYTHON=zig/bin/python node native/wasm/build.mjs [FILE]
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Another version may choose other instructions. */
export const ziglang = "0.17.1";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** `python`: one that has the package ziglang. Throws where it has another version or none. */
export function buildWasm(python, out = here("kernels.wasm")) {
  const found = execFileSync(python, ["-m", "ziglang", "version"], { encoding: "utf8" }).trim();
  if (!ziglang.startsWith(found)) throw new Error(`expected ziglang ${ziglang}, got one that calls itself ${found}`);
  const target = ["-target", "wasm32-freestanding", "-mcpu=mvp+simd128+bulk_memory", "-O3", "-ffp-contract=off"];
  const link = [
    "-nostdlib",
    "-Wl,--no-entry",
    "-Wl,--strip-all",
    "-Wl,--export-memory",
    "-Wl,--export=__heap_base",
    "-Wl,-z,stack-size=65536",
  ];
  execFileSync(python, ["-m", "ziglang", "cc", ...target, ...link, here("kernels.c"), "-o", out], { stdio: "inherit" });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildWasm(process.env["PYTHON"] ?? "python3", process.argv[2]);
