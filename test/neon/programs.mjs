/**
 * Writes the kernel tests' cases (test/kernels/cases: every operation has some, or it does not compile) to a file that replay.cc
 * reads: for each its title, its program, which bytes it may write, and its memory with the step in it. Needs a build.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import { cases } from "../../dist/test/kernels/cases/index.js";
import { buffersOf, execute, formats } from "../../dist/test/kernels/lab.js";

const counted = (bytes, count) => [new Uint8Array(Float64Array.of(count).buffer), bytes];
const bytesOf = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A back end that keeps what it is told to run, and runs nothing. */
class Recorder {
  name = "recorder";
  address = () => 0;
  unload = () => {};
  load(program, arena) {
    Object.assign(this, { program, arena });
    return 0;
  }
  run() {
    this.memory = this.arena.slice();
    return -1;
  }
}

/** The number of cases. */
export function writePrograms(path) {
  const file = openSync(path, "w");
  let count = 0;
  for (const format of formats) {
    for (const [operation, list] of Object.entries(cases)) {
      for (const { title, call, step, outputs } of list(format)) {
        const recorder = new Recorder();
        const { placeOf } = execute(recorder, format, [call], [step]);
        const written = Object.keys(outputs).flatMap((name) => buffersOf(call.values[name]));
        const places = written.flatMap((buffer) => {
          const isReal = buffer instanceof Float32Array || buffer instanceof Float64Array;
          return [placeOf(buffer), buffer.byteLength, isReal ? buffer.BYTES_PER_ELEMENT : 1];
        });
        const name = new TextEncoder().encode(`${format.name} ${operation}, ${title}`);
        const parts = [
          ...counted(name, name.length),
          ...counted(bytesOf(recorder.program), recorder.program.length),
          ...counted(bytesOf(Float64Array.from(places)), places.length / 3),
          ...counted(recorder.memory, recorder.memory.length),
        ];
        for (const part of parts) writeSync(file, part);
        count++;
      }
    }
  }
  closeSync(file);
  return count;
}
