/** For which systems an addon is: one machine may need another file of it than the next. */
import { existsSync, readFileSync } from "node:fs";

let musl: boolean | undefined;

/**
 * Whether this process has musl as its C library, as on Alpine, and not glibc: of Linux there are two in this. A distribution's
 * name does not say it for sure; what is mapped into the process does.
 */
export function hasMusl(): boolean {
  if (process.platform !== "linux") return false;
  if (musl === undefined) {
    try {
      // The loader of musl is its C library, a link to the other name or the other way round; glibc's is libc.so.6.
      musl = /\/(?:ld-musl-\S+|libc\.musl-\S+|libc\.so)$/m.test(readFileSync("/proc/self/maps", "latin1"));
    } catch {
      musl = existsSync("/etc/alpine-release");
    }
  }
  return musl;
}

/** This system's name: "linux-x64", "linux-x64-musl", "darwin-arm64". */
export const platformName = (): string => `${process.platform}-${process.arch}${hasMusl() ? "-musl" : ""}`;

/** That of the system which a file is for, as node-gyp-build has them: folder "linux-x64", file "heddle.musl.node". */
export const platformOf = (folder: string, file: string): string =>
  file.split(".").includes("musl") ? `${folder}-musl` : folder;
