/** Whether the terminal's character set is UTF-8, as the locale says; without one it is ASCII. */
export const knowsUnicode = (env: NodeJS.ProcessEnv): boolean =>
  /utf-?8/i.test(env.LC_ALL || env.LC_CTYPE || env.LANG || "");
