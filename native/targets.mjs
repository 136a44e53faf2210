/**
 * What `npm run build:prebuilds` builds the addon for. A line: its name, that of `platformName` in src/base/platform.ts; the file
 * that node-gyp-build takes there, below prebuilds/ (what stands between its dots are conditions: the C library, the machine's
 * version); the compiler's name of it with the oldest system it runs on, which is no younger than that of Node 20 itself.
 */
const line = (name, file, triple) => {
  const [platform, machine] = name.split("-");
  return { name, path: `${platform}-${machine}/${file}`, triple, platform, machine };
};

export const targets = [
  line("linux-x64", "heddle.glibc.node", "x86_64-linux-gnu.2.28"),
  line("linux-x64-musl", "heddle.musl.node", "x86_64-linux-musl"),
  line("linux-arm64", "heddle.armv8.glibc.node", "aarch64-linux-gnu.2.28"),
  line("linux-arm64-musl", "heddle.armv8.musl.node", "aarch64-linux-musl"),
  line("darwin-arm64", "heddle.armv8.node", "aarch64-macos.11.0"),
  line("darwin-x64", "heddle.node", "x86_64-macos.11.0"),
  line("win32-x64", "heddle.node", "x86_64-windows-gnu"),
  line("win32-arm64", "heddle.armv8.node", "aarch64-windows-gnu"),
];

/** The target of a name, in whatever way a platform without one would be laid down. */
export const targetOf = (name) => targets.find((target) => target.name === name) ?? line(name, "heddle.node", "");
