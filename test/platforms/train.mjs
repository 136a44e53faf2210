// A short training by an installed package, on whatever system this runs: `node train.mjs INDEX FORMAT OUT` writes the hash of the weights and
// the kernels that computed them to a file, since Node under wine has no output.
import { writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [index, dtype, out] = process.argv.slice(2);
const { nativeStatus, train } = await import(pathToFileURL(index).href);
const model = "conv 8x3 >> bn >> relu >> pool 2 >> flatten >> fc 24 >> gelu >> fc 10";
const { result } = await train({ config: { model, dtype, epochs: 2, subset: 600, backend: "native", out: null } });
writeFileSync(out, JSON.stringify({ weightsHash: result.weightsHash, isa: nativeStatus().isa }));
