/**
 * `npm run test:blas`: the reference BLAS level-3 test programs (Dongarra et al. 1990; Debian's libblas-test), with our
 * library preloaded, their GEMM part, on each instruction set of this machine. Skips, and says so, without the package.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { instructionSets } from "../../native/units.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const native = join(root, "native");
const release = join(native, "build", "Release");
const library = join(release, "libheddle_blas.so");
const isas = instructionSets().map(({ name }) => name);
const hangMs = 5 * 60_000;

const programs = [
  { routine: "SGEMM", program: "xblat3s", input: "sblat3.in", output: "sblat3.out" },
  { routine: "DGEMM", program: "xblat3d", input: "dblat3.in", output: "dblat3.out" },
];
/** Values of m, n and k: the package's own, and the edges of our vectors, tiles and panels (9 values, up to 65). */
const sizes = { "the package's": null, "our edges": [1, 4, 7, 8, 16, 17, 33, 49, 65] };

class Failure extends Error {}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, timeout: hangMs, ...options });
  if (result.error !== undefined) throw new Failure(`${command}: ${result.error.message}`);
  return result;
}

/** Files of the package by their names; null where it is not installed. */
function packageFiles() {
  const { error, status, stdout } = spawnSync("dpkg", ["-L", "libblas-test"], { encoding: "utf8" });
  if (error !== undefined || status !== 0) return null;
  return new Map(stdout.split("\n").map((path) => [basename(path), path]));
}

/** The package's input with GEMM alone switched on, and other sizes where given. */
function inputText(path, routine, values) {
  const text = readFileSync(path, "utf8").replace(/^([A-Z0-9]+ +)T(?= PUT F)/gm, (line, name) =>
    name.trim() === routine ? line : `${name}F`,
  );
  if (values === null) return text;
  return text
    .replace(/^\d+(?= +NUMBER OF VALUES OF N)/m, String(values.length))
    .replace(/^[\d ]+(?= VALUES OF N)/m, values.join(" "));
}

/** Runs one test program on one instruction set. Returns null where this CPU lacks it, else the program's GEMM lines. */
function runProgram({ files, routine, program, input, output }, isa, values) {
  const folder = mkdtempSync(join(tmpdir(), "heddle-blas-"));
  try {
    const { status, signal, stderr } = run(files.get(program), [], {
      cwd: folder,
      input: inputText(files.get(input), routine, values),
      env: {
        ...process.env,
        HEDDLE_ISA: isa,
        LD_PRELOAD: library,
        LD_DEBUG: "bindings",
        LD_DEBUG_OUTPUT: join(folder, "bindings"),
      },
    });
    if (/^HEDDLE_ISA=.*cannot run them/m.test(stderr)) return null;
    const what = `${program}, HEDDLE_ISA=${isa}`;
    if (status !== 0) throw new Failure(`${what}: ${signal ?? `exit code ${status}`}\n${stderr}`);

    // The dynamic linker's own word on whose routine was called.
    const symbol = `${routine.toLowerCase()}_`;
    const bindings = readdirSync(folder)
      .filter((name) => name.startsWith("bindings"))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"))
      .filter((line) => line.includes(`binding file ${files.get(program)}`) && line.includes(`\`${symbol}'`));
    if (bindings.length === 0 || !bindings.every((line) => line.includes(` to ${library} `)))
      throw new Failure(`${what}: ${symbol} is not ours:\n${bindings.join("\n")}`);

    const report = readFileSync(join(folder, output), "utf8");
    const lines = report.split("\n").filter((line) => line.includes(routine) && /PASSED|FAIL|ERROR|SUSPECT/.test(line));
    const passed = (kind) => lines.some((line) => new RegExp(`${routine} +PASSED THE ${kind}`).test(line));
    if (lines.length !== 2 || !passed("TESTS OF ERROR-EXITS") || !passed("COMPUTATIONAL TESTS") || /FATAL/.test(report))
      throw new Failure(`${what}:\n${report}`);
    return lines.map((line) => line.trim());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function main() {
  const files = packageFiles();
  if (files === null) return console.log("SKIPPED: no libblas-test (Debian: apt install libblas-test)");
  for (const { program, input } of programs)
    for (const name of [program, input]) if (!files.has(name)) throw new Failure(`libblas-test has no ${name}`);

  const built = run(process.execPath, [join(native, "build-blas.mjs")]);
  if (built.status !== 0) throw new Failure(`npm run build:blas:\n${built.stderr}`);

  // A name that does not exist must be refused: then one that exists is obeyed.
  if (runProgram({ files, ...programs[0] }, "nonsense", null) !== null) throw new Failure("HEDDLE_ISA is not obeyed");
  let ran = 0;
  for (const isa of isas) {
    const runs = programs.flatMap((program) => Object.entries(sizes).map((size) => [program, ...size]));
    for (const [program, title, values] of runs) {
      const lines = runProgram({ files, ...program }, isa, values);
      if (lines === null) {
        console.log(`${isa}: not on this CPU`);
        break;
      }
      ran++;
      for (const line of lines) console.log(`${isa}, sizes ${title}: ${line}`);
    }
  }
  if (ran === 0) throw new Failure("no instruction set ran");
  console.log(`all passed: ${ran} runs; each called ${basename(library)}`);
}

try {
  main();
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  console.log(`FAILED: ${error.message}`);
  process.exitCode = 1;
}
