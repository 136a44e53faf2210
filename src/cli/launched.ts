/** How launchers of several processes say how many they start. Nothing is loaded for it. */
const sizes = /^(OMPI_COMM_WORLD|MV2_COMM_WORLD|PMI|PALS|SLURM_STEP)_(SIZE|NUM_TASKS)$/;

/** Whether mpirun or srun may have started this process. */
export const isLaunched = (env: NodeJS.ProcessEnv = process.env): boolean =>
  Object.keys(env).some((name) => sizes.test(name));
