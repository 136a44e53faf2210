/** Every file of a run with a checksum: a flipped bit or a missing end is refused by whoever reads it. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { blake3 } from "../../src/base/hash.js";
import { Stream } from "../../src/base/random.js";
import { readEditedJson, readSealedJson, sealJson } from "../../src/base/sealed-json.js";
import { readModel, readWeights, writeModel } from "../../src/model/model-file.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/model/safetensors.js";
import { readRunFile } from "../../src/run/run-file.js";
import { refusal, refuses } from "./refuses.js";
import { flipped, sealedFiles, smallModel, truncated } from "./sealed.js";

const folder = mkdtempSync(join(tmpdir(), "heddle-sealed-"));
after(() => rmSync(folder, { recursive: true }));

// `npm run test:long` tries every bit and every length.
const draws = 150;

for (const { name, bytes, read } of sealedFiles(folder)) {
  test(`${name}: flipped bits and truncations are refused`, () => {
    read(bytes);
    const stream = new Stream(1, "shuffle", 0);
    const bits = Array.from({ length: draws }, () => stream.below(8 * bytes.length));
    for (const { what, damaged } of [...flipped(bytes, bits), ...truncated(bytes, 17)]) {
      assert.throws(() => read(damaged), refusal(3, /expected/), what);
    }
  });
}

const document = { schema: 1, names: ["ü", '"checksum": "x"'], nested: { checksum: "mine" } };

test("a sealed document is ordinary JSON with one key more, and equal documents are equal bytes", () => {
  const path = join(folder, "document.json");
  for (const indent of [undefined, 2]) {
    const bytes = Buffer.from(sealJson(document, indent));
    writeFileSync(path, bytes);
    const { checksum, ...rest } = JSON.parse(bytes.toString()) as Record<string, unknown>;
    assert.deepEqual(rest, document);
    assert.deepEqual(readSealedJson(path, { what: "a document" }), document);
    assert.deepEqual(bytes, Buffer.from(sealJson(structuredClone(document), indent)));
    // As anybody can compute it: the BLAKE3 of the file with zeros for the digest's 64 signs.
    const zeros = bytes.toString().replace(/[0-9a-f]{64}(?="\s*\}\s*$)/, "0".repeat(64));
    assert.equal(checksum, `blake3:${Buffer.from(blake3([Buffer.from(zeros)])).toString("hex")}`);
  }
});

test("an edited copy is refused where it was, and taken where edited ones are", () => {
  const path = join(folder, "edited.json");
  const edited = Buffer.from(sealJson(document, 2)).toString().replace('"schema": 1', '"schema": 2');
  writeFileSync(path, edited);
  refuses(() => readSealedJson(path, { what: "a document" }), 3, /with the checksum blake3:.* damaged, or was changed/);
  assert.deepEqual(readEditedJson(path, { what: "a document" }), { ...document, schema: 2 });
  writeFileSync(path, JSON.stringify(document));
  refuses(() => readSealedJson(path, { what: "a document" }), 3, /with its checksum at the end, got none/);
  assert.deepEqual(readEditedJson(path, { what: "a document" }), document);
  for (const broken of ["", "{", "[]", "null", "7"]) {
    writeFileSync(path, broken);
    refuses(() => readEditedJson(path, { what: "a document" }), 3, /edited\.json: expected a document/);
  }
});

test("an edited run.json is read as a configuration to start from", () => {
  const [file] = sealedFiles(folder).filter(({ name }) => name === "run.json");
  const path = join(folder, "copy.json");
  writeFileSync(path, file.bytes.toString().replace('"seed": 0', '"seed": 7'));
  refuses(() => readRunFile(path), 3, /damaged, or was changed\. A run keeps what it was started with/);
  assert.equal(readRunFile(path, { checked: false }).config.seed, 7);
  writeFileSync(path, file.bytes.toString().replace('"seed": 0', '"seed": -7'));
  refuses(() => readRunFile(path, { checked: false }), 3, /copy\.json, config\.seed: expected a run's configuration/);
});

test("a model file has a checksum that anybody can compute, in an entry that others read as text", () => {
  const path = join(folder, "checked.safetensors");
  writeModel(path, smallModel.metadata, smallModel.parameters, smallModel.tensors);
  const bytes = readFileSync(path);
  const stored = decodeSafetensors(bytes, path).metadata.checksum;
  const zeros = Buffer.from(bytes.toString("latin1").replace(stored, `blake3:${"0".repeat(64)}`), "latin1");
  assert.equal(stored, `blake3:${Buffer.from(blake3([zeros])).toString("hex")}`);
  assert.ok(readModel(path).checked);
});

test("files without a checksum are read, and said to be unchecked; whoever removed ours on purpose is believed", () => {
  const path = join(folder, "foreign.safetensors");
  const { parameters, tensors } = smallModel;
  const list = parameters.map((parameter, i) => ({ ...parameter, dtype: "F32", data: tensors[i] }) as const);
  const write = (metadata: Record<string, string>): void =>
    writeFileSync(path, Buffer.concat(encodeSafetensors(list, metadata)));
  const digest = `blake3:${"1".repeat(64)}`;
  for (const metadata of [{}, { format: "pt" }, { checksum: "crc32:1234" }, { source: digest }]) {
    write(metadata);
    assert.equal(readWeights(path).checked, false);
  }
  write({ checksum: digest });
  refuses(
    () => readWeights(path),
    3,
    /foreign\.safetensors: expected bytes with the checksum blake3:1{64}, got blake3/,
  );

  writeModel(path, smallModel.metadata, parameters, tensors);
  const { checksum, ...ours } = decodeSafetensors(readFileSync(path), path).metadata;
  write(ours);
  const file = readModel(path);
  assert.deepEqual([file.checked, file.model], [false, smallModel.metadata]);
  write({ ...ours, checksun: checksum });
  refuses(() => readModel(path), 3, /expected its checksum as "checksum", got "checksun": it is damaged/);
});
