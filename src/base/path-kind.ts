/** What is at a path. */
import { statSync } from "node:fs";

/** As far as can be seen, through links. */
export function kindOf(path: string): "file" | "folder" | "other" | "nothing" {
  try {
    const found = statSync(path);
    return found.isFile() ? "file" : found.isDirectory() ? "folder" : "other";
  } catch {
    return "nothing";
  }
}

export const isFile = (path: string): boolean => kindOf(path) === "file";
export const isFolder = (path: string): boolean => kindOf(path) === "folder";
