/**
 * Compiles C++ units in parallel, and only those whose inputs changed: beside each object stands a record of the command and
 * of the contents of every file that it read. Times of files do not count, so a copied or checked-out tree is no news.
 */
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, isAbsolute, join } from "node:path";

/** A command as words; `CXX="ccache g++"` has two. */
const wordsOf = (command) => command.trim().split(/\s+/);

/** The C++ compiler: CXX, else the first of the usual ones; what it calls itself is part of every record. Null without one. */
export function findCompiler() {
  for (const name of [process.env.CXX, "c++", "g++", "clang++"]) {
    if (!name?.trim()) continue;
    const command = wordsOf(name);
    const { status, stdout } = spawnSync(command[0], [...command.slice(1), "--version"], { encoding: "utf8" });
    if (status === 0) return { command, version: stdout.split("\n")[0] };
  }
  return null;
}

export class CompileError extends Error {}

/** Runs a command to its end; throws with what it printed where it fails. Returns what it printed. */
export function runCommand([name, ...args], options) {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (status, signal) => {
      if (status === 0) resolve(output);
      else
        reject(new CompileError(`${name} ${args.join(" ")}\nended with ${signal ?? `exit code ${status}`}\n${output}`));
    });
  });
}

/** Writes a file whole or not at all, and not where it already says this. */
export function writeChanged(path, text) {
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** Objects in `folder`, of sources that lie relative to it. */
export class Objects {
  #folder;
  #compiler;
  #hashes = new Map();

  constructor(folder, compiler) {
    this.#folder = folder;
    this.#compiler = compiler;
  }

  #path(path) {
    return isAbsolute(path) ? path : join(this.#folder, path);
  }

  /** For the compiler: `environment` is that of one which needs its own. */
  #options() {
    return { cwd: this.#folder, env: this.#compiler.environment ?? process.env };
  }

  /** The hash of a file's contents; null where it does not exist. */
  hashOf(path) {
    if (!this.#hashes.has(path)) {
      const file = this.#path(path);
      this.#hashes.set(path, existsSync(file) ? createHash("sha256").update(readFileSync(file)).digest("hex") : null);
    }
    return this.#hashes.get(path);
  }

  /** Whether `output` was made by this command from files as they are now. */
  isCurrent({ output, command }) {
    try {
      const record = JSON.parse(readFileSync(`${this.#path(output)}.json`, "utf8"));
      return (
        existsSync(this.#path(output)) &&
        record.command === this.#recordOf(command) &&
        Object.entries(record.inputs).every(([path, hash]) => this.hashOf(path) === hash)
      );
    } catch {
      return false;
    }
  }

  #recordOf(command) {
    return [this.#compiler.version, ...command].join(" ");
  }

  /** Keeps that `output` was made from these files. */
  record({ output, command }, paths) {
    const inputs = Object.fromEntries(paths.map((path) => [path, this.hashOf(path)]));
    writeChanged(`${this.#path(output)}.json`, JSON.stringify({ command: this.#recordOf(command), inputs }));
  }

  /** What compiles a source to an object; `prefix` is a header that it includes before its first line. */
  job(source, output, flags, prefix) {
    const command = [...flags, ...(prefix ? ["-include", prefix] : []), "-c", source];
    return { source, output, command, flags, prefix };
  }

  /**
   * Brings objects up to date, as many at a time as there are cores; calls `onStart(job, number, total)` as each begins.
   * Returns how many were compiled. Throws `CompileError` with the compiler's words.
   */
  async compile(jobs, onStart = () => {}) {
    const waiting = jobs.filter((job) => !this.isCurrent(job));
    const total = waiting.length;
    let started = 0;
    const precompiled = await this.#precompile(waiting);
    const worker = async () => {
      for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
        onStart(job, ++started, total);
        try {
          await this.#compileOne(job, precompiled.get(job.prefix) ?? []);
        } catch (error) {
          waiting.length = 0;
          throw error;
        }
      }
    };
    const ended = await Promise.allSettled(Array.from({ length: availableParallelism() }, worker));
    for (const prefix of precompiled.keys()) rmSync(this.#path(`${prefix}.gch`), { force: true });
    const failed = ended.find(({ status }) => status === "rejected");
    if (failed) throw failed.reason;
    return total;
  }

  /**
   * The headers of intrinsics take half a second each time that they are read, longer than most kernels take to compile: a prefix
   * of many jobs is read once, for this build alone. Returns the files that each is made of.
   */
  async #precompile(jobs) {
    const prefixes = new Map();
    for (const { prefix, flags } of jobs) if (prefix) prefixes.set(prefix, [...(prefixes.get(prefix) ?? []), flags]);
    // One that a killed build left may be of an older header, which the compiler does not look at.
    for (const prefix of prefixes.keys()) rmSync(this.#path(`${prefix}.gch`), { force: true });
    const many = [...prefixes].filter(([, users]) => users.length > 2);
    const files = await Promise.all(
      many.map(async ([prefix, [flags]]) => {
        const header = this.#path(`${prefix}.gch`);
        const [temporary, list] = [`${header}.${process.pid}`, `${header}.${process.pid}.d`];
        const command = [...flags, "-x", "c++-header", prefix, "-MMD", "-MF", list, "-o", temporary];
        try {
          await runCommand([...this.#compiler.command, ...command], this.#options());
          renameSync(temporary, header);
          return [prefix, dependencies(readFileSync(list, "utf8"))];
        } finally {
          rmSync(temporary, { force: true });
          rmSync(list, { force: true });
        }
      }),
    );
    return new Map(files);
  }

  async #compileOne(job, prefixFiles) {
    const object = this.#path(job.output);
    const [temporary, list] = [`${object}.${process.pid}`, `${object}.${process.pid}.d`];
    mkdirSync(dirname(object), { recursive: true });
    rmSync(`${object}.json`, { force: true });
    try {
      const command = [...this.#compiler.command, ...job.command, "-MMD", "-MF", list, "-o", temporary];
      const warnings = await runCommand(command, this.#options());
      if (warnings) process.stderr.write(warnings);
      renameSync(temporary, object);
      const read = dependencies(readFileSync(list, "utf8")).filter((path) => !path.endsWith(".gch"));
      this.record(job, [...new Set([...read, ...prefixFiles])]);
    } finally {
      rmSync(temporary, { force: true });
      rmSync(list, { force: true });
    }
  }
}

/** The files that a make rule names after its colon. */
function dependencies(rule) {
  const files = rule.slice(rule.indexOf(": ") + 2).replaceAll("\\\n", " ");
  return [...files.matchAll(/(?:\\ |\S)+/g)].map(([file]) => file.replaceAll("\\ ", " "));
}
