/** `sharp`, an optional package: loaded when the first image comes that needs it, and not needed until then. */
import type { Sharp, SharpOptions } from "sharp";
import { dataError, HeddleError } from "../base/errors.js";

export type OpenSharp = (bytes: Uint8Array, options: SharpOptions) => Sharp;
let loading: Promise<OpenSharp> | undefined;

/** `format` and `name` stand in the error that says how to install it. */
export async function loadSharp(format: string, name: string): Promise<OpenSharp> {
  loading ??= import("sharp").then(({ default: sharp }) => {
    sharp.concurrency(1); // images are decoded side by side: threads inside of one would only wait
    sharp.cache(false); // no image is opened twice
    return sharp;
  });
  try {
    return await loading;
  } catch (cause) {
    const absent = (cause as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    throw dataError({
      where: name,
      expected: `the package sharp, which decodes ${format}`,
      got: absent ? "no such package" : `one that does not load (${firstLine(cause)})`,
      fix: "Install it (npm install sharp@0.35), or convert the images to PNG.",
      cause,
    });
  }
}

/** True for the error that says that it is not installed, or does not load. */
export const isWithoutSharp = (error: unknown): boolean =>
  error instanceof HeddleError && error.message.includes("the package sharp");

/** What libvips says of a file, its first line. */
export const notWhole = (format: string, name: string, cause: unknown): HeddleError =>
  dataError({ where: name, expected: `a whole ${format} image`, got: firstLine(cause), cause });

const firstLine = (error: unknown): string => (error as Error).message.trim().split("\n")[0];
