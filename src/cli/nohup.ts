/** Whether nohup started us: Node forgets that it had SIGHUP ignored. */
import { readFileSync, readlinkSync } from "node:fs";

/** nohup leaves its name in `_`, or a stdin of its own, which can only be written. */
export function underNohup(env: NodeJS.ProcessEnv = process.env): boolean {
  if (env["_"]?.endsWith("/nohup")) return true;
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync("/proc/self/fdinfo/0", "utf8"))?.[1] ?? "";
    const writeOnly = (Number.parseInt(flags, 8) & 3) === 1;
    return writeOnly && readlinkSync("/proc/self/fd/0") === "/dev/null";
  } catch {
    return false;
  }
}

/** From the first moment on: a hang-up while we load is one too. */
export function heedNohup(): void {
  if (underNohup()) process.on("SIGHUP", () => {});
}
