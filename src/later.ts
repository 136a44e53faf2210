/** Functions whose modules are loaded when they are first called: start-up time counts. */

// Parameters are never read here: any function that gives a promise will do.
type Asynchronous = (...given: never[]) => Promise<unknown>;

/** The function that `load` brings, under its own type. */
export const later = <F extends Asynchronous>(load: () => Promise<F>): F =>
  (async (...given: Parameters<F>) => (await load())(...given)) as F;
