/** The variables that Heddle reads, in one place. A variable set to nothing is a variable not set. */
export const variables = {
  threads: "HEDDLE_THREADS",
  dataDir: "HEDDLE_DATA_DIR",
  backend: "HEDDLE_BACKEND",
  cacheDir: "HEDDLE_CACHE_DIR",
  isa: "HEDDLE_ISA",
  mpi: "HEDDLE_MPI",
  exchange: "HEDDLE_EXCHANGE",
} as const;

export const fromEnvironment = (name: keyof typeof variables, env = process.env): string | undefined =>
  env[variables[name]] || undefined;
