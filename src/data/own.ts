/** What `train` uses for a user's own images when neither flag nor file says. */
export const ownDefaults = { model: "small-cnn", epochs: 15, bySize: true } as const;
