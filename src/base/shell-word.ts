/** Words of printed commands: pasted into a shell, each is one word again, and what it was. */

/** As it is where no shell makes anything of it, else in quotes. */
export const shellWord = (text: string): string =>
  /^[\w./:,+=@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Of a path: one that begins as a flag does is no flag. */
export const shellPath = (path: string): string => shellWord(path.startsWith("-") ? `./${path}` : path);
