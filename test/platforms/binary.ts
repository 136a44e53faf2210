/** What a shared library asks of the system that loads it, read from its bytes: ELF (Linux), Mach-O (macOS) and PE (Windows). */

export interface Binary {
  readonly format: "elf" | "mach-o" | "pe";
  /** As Node names it: "x64", "arm64". */
  readonly machine: string;
  /** Libraries that are loaded with it. */
  readonly needs: readonly string[];
  /** Functions and data that others must have; of ELF with "@VERSION" where one is asked for. */
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  /** The oldest macOS that it says it runs on; null of other formats. */
  readonly oldest: string | null;
  /** Whether it is signed (Mach-O: an unsigned one is not loaded on arm64). */
  readonly signed: boolean;
}

export function readBinary(bytes: Buffer): Binary {
  if (bytes.toString("latin1", 0, 4) === "\x7fELF") return readElf(bytes);
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return readMachO(bytes);
  if (bytes.toString("latin1", 0, 2) === "MZ") return readPe(bytes);
  throw new Error("neither ELF nor Mach-O nor PE, of 64 bits");
}

const textAt = (bytes: Buffer, at: number): string => bytes.toString("latin1", at, bytes.indexOf(0, at));
const known = (machines: Readonly<Record<number, string>>, number: number): string =>
  machines[number] ?? `machine ${number}`;

function readElf(bytes: Buffer): Binary {
  const u64 = (at: number): number => Number(bytes.readBigUInt64LE(at));
  const sections = Array.from({ length: bytes.readUInt16LE(60) }, (_, i) => {
    const at = u64(40) + i * bytes.readUInt16LE(58);
    return {
      type: bytes.readUInt32LE(at + 4),
      at: u64(at + 24),
      size: u64(at + 32),
      link: bytes.readUInt32LE(at + 40),
    };
  });
  const ofType = (type: number): (typeof sections)[number] | undefined => sections.find((each) => each.type === type);
  const [dynamic, symbols, versions, versionNeeds] = [6, 11, 0x6fffffff, 0x6ffffffe].map(ofType);
  const needs: string[] = [];
  if (dynamic) {
    for (let at = dynamic.at; at < dynamic.at + dynamic.size; at += 16)
      if (u64(at) === 1) needs.push(textAt(bytes, sections[dynamic.link].at + u64(at + 8)));
  }
  const versionNames = new Map<number, string>();
  if (versionNeeds) {
    let next = 1;
    for (let at = versionNeeds.at; next > 0; at += next) {
      let entry = at + bytes.readUInt32LE(at + 8);
      for (let left = bytes.readUInt16LE(at + 2); left > 0; left--) {
        const name = textAt(bytes, sections[versionNeeds.link].at + bytes.readUInt32LE(entry + 8));
        versionNames.set(bytes.readUInt16LE(entry + 6), name);
        entry += bytes.readUInt32LE(entry + 12);
      }
      next = bytes.readUInt32LE(at + 12);
    }
  }
  const [imports, exports]: [string[], string[]] = [[], []];
  if (symbols) {
    for (let i = 1; i < symbols.size / 24; i++) {
      const at = symbols.at + i * 24;
      const name = textAt(bytes, sections[symbols.link].at + bytes.readUInt32LE(at));
      const version = versions && versionNames.get(bytes.readUInt16LE(versions.at + 2 * i) & 0x7fff);
      if (bytes.readUInt16LE(at + 6) !== 0) exports.push(name);
      else imports.push(version ? `${name}@${version}` : name);
    }
  }
  const machine = known({ 62: "x64", 183: "arm64" }, bytes.readUInt16LE(18));
  return { format: "elf", machine, needs, imports, exports, oldest: null, signed: false };
}

function readMachO(bytes: Buffer): Binary {
  const u32 = (at: number): number => bytes.readUInt32LE(at);
  const [needs, imports, exports]: [string[], string[], string[]] = [[], [], []];
  let [oldest, signed]: [string | null, boolean] = [null, false];
  let at = 32;
  for (let left = u32(16); left > 0; left--, at += u32(at + 4)) {
    const command = u32(at);
    if (command === 0xc) needs.push(textAt(bytes, at + u32(at + 8)));
    if (command === 0x32) oldest = `${u32(at + 12) >>> 16}.${(u32(at + 12) >>> 8) & 255}`;
    if (command === 0x1d) signed = true;
    if (command !== 2) continue;
    for (let i = 0; i < u32(at + 12); i++) {
      const symbol = u32(at + 8) + i * 16;
      const [name, type] = [textAt(bytes, u32(at + 16) + u32(symbol)), bytes[symbol + 4]];
      // Those for debuggers have one of the highest bits, the private ones lack the lowest.
      if ((type & 0xe0) !== 0 || (type & 1) === 0) continue;
      ((type & 0xe) === 0 ? imports : exports).push(name);
    }
  }
  const machine = known({ 0x01000007: "x64", 0x0100000c: "arm64" }, u32(4));
  return { format: "mach-o", machine, needs, imports, exports, oldest, signed };
}

function readPe(bytes: Buffer): Binary {
  const u32 = (at: number): number => bytes.readUInt32LE(at);
  const header = u32(0x3c) + 4;
  const optional = header + 20;
  const sections = Array.from({ length: bytes.readUInt16LE(header + 2) }, (_, i) => {
    const at = optional + bytes.readUInt16LE(header + 16) + i * 40;
    return { address: u32(at + 12), size: Math.max(u32(at + 8), u32(at + 16)), offset: u32(at + 20) };
  });
  const offsetOf = (address: number): number => {
    const section = sections.find((each) => address >= each.address && address < each.address + each.size);
    if (!section) throw new Error(`no section has address ${address}`);
    return address - section.address + section.offset;
  };
  const [exportsAt, importsAt] = [u32(optional + 112), u32(optional + 120)];
  const [needs, imports, exports]: [string[], string[], string[]] = [[], [], []];
  for (let at = importsAt === 0 ? 0 : offsetOf(importsAt); at > 0 && u32(at + 12) !== 0; at += 20) {
    needs.push(textAt(bytes, offsetOf(u32(at + 12))));
    for (let thunk = offsetOf(u32(at)); u32(thunk) !== 0; thunk += 8)
      imports.push(u32(thunk + 4) >>> 31 === 1 ? `#${u32(thunk) & 0xffff}` : textAt(bytes, offsetOf(u32(thunk)) + 2));
  }
  if (exportsAt > 0) {
    const table = offsetOf(exportsAt);
    const names = offsetOf(u32(table + 32));
    for (let i = 0; i < u32(table + 24); i++) exports.push(textAt(bytes, offsetOf(u32(names + 4 * i))));
  }
  const machine = known({ 0x8664: "x64", 0xaa64: "arm64" }, bytes.readUInt16LE(header));
  return { format: "pe", machine, needs, imports, exports, oldest: null, signed: false };
}
