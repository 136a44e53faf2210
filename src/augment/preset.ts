/** A name for a list of changes. */
export interface AugmentationPreset {
  readonly name: string;
  readonly summary: string;
  /** As a user would write it. */
  readonly list: string;
}
