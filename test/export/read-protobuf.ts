/** A reader of protocol buffers of its own, so that the files are not judged by the code that wrote them. */

export type Field = { readonly number: number; readonly value: bigint | Uint8Array | number };

/** The fields of a message in the order of its bytes. */
export function fieldsOf(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = bytes[at++];
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
      shift += 7n;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Number(key >> 3n);
    const wire = Number(key & 7n);
    if (wire === 0) fields.push({ number, value: varint() });
    else if (wire === 2) {
      const length = Number(varint());
      fields.push({ number, value: bytes.subarray(at, at + length) });
      at += length;
    } else if (wire === 5) {
      fields.push({ number, value: view.getFloat32(at, true) });
      at += 4;
    } else throw new Error(`wire type ${wire} at ${at}`);
  }
  return fields;
}

const text = (value: Field["value"]): string => new TextDecoder().decode(value as Uint8Array);
const all = (bytes: Uint8Array, number: number): Field["value"][] =>
  fieldsOf(bytes)
    .filter((field) => field.number === number)
    .map(({ value }) => value);
const one = (bytes: Uint8Array, number: number): Field["value"] | undefined => all(bytes, number)[0];

/** Name and dimensions; one that has a name instead of a size by that. */
function valueInfo(bytes: Uint8Array): { name: string; type: number; shape: (number | string)[] } {
  const tensor = one(one(bytes, 2) as Uint8Array, 1) as Uint8Array;
  const shape = all(one(tensor, 2) as Uint8Array, 1).map((dim) => {
    const size = one(dim as Uint8Array, 1);
    return size === undefined ? text(one(dim as Uint8Array, 2)!) : Number(size);
  });
  return { name: text(one(bytes, 1)!), type: Number(one(tensor, 1)), shape };
}

/** What of an ONNX file the tests look at; numbers of fields as onnx.ai's specification has them. */
export function readOnnx(bytes: Uint8Array) {
  const graph = one(bytes, 7) as Uint8Array;
  return {
    irVersion: Number(one(bytes, 1)),
    opsets: all(bytes, 8).map((set) => [
      text(one(set as Uint8Array, 1) ?? new Uint8Array()),
      Number(one(set as Uint8Array, 2)),
    ]),
    metadata: Object.fromEntries(
      all(bytes, 14).map((entry) => [text(one(entry as Uint8Array, 1)!), text(one(entry as Uint8Array, 2)!)]),
    ),
    inputs: all(graph, 11).map((value) => valueInfo(value as Uint8Array)),
    outputs: all(graph, 12).map((value) => valueInfo(value as Uint8Array)),
    nodes: all(graph, 1).map((node) => ({
      operator: text(one(node as Uint8Array, 4)!),
      inputs: all(node as Uint8Array, 1).map(text),
      outputs: all(node as Uint8Array, 2).map(text),
      attributes: new Map(
        all(node as Uint8Array, 5).map((attribute) => {
          const [float, integer] = [one(attribute as Uint8Array, 2), one(attribute as Uint8Array, 3)];
          return [text(one(attribute as Uint8Array, 1)!), float ?? (integer === undefined ? null : Number(integer))];
        }),
      ),
    })),
    tensors: all(graph, 5).map((tensor) => ({
      name: text(one(tensor as Uint8Array, 8)!),
      type: Number(one(tensor as Uint8Array, 2)),
      bytes: (one(tensor as Uint8Array, 9) as Uint8Array | undefined)?.length ?? 0,
    })),
  };
}
