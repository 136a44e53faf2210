/** The registry of sections, in the order of the page. */
import type { Section } from "../section.js";
import { calibration } from "./calibration.js";
import { classes } from "./classes.js";
import { confusion } from "./confusion.js";
import { curves } from "./curves.js";
import { doctor } from "./doctor.js";
import { featureMaps } from "./feature-maps.js";
import { filters } from "./filters.js";
import { gallery } from "./gallery.js";
import { headline } from "./headline.js";
import { net } from "./net.js";
import { occlusion } from "./occlusion.js";
import { provenance } from "./provenance.js";
import { suspects } from "./suspects.js";
import { time } from "./time.js";

export const sections: readonly Section[] = [
  headline,
  doctor,
  curves,
  confusion,
  classes,
  calibration,
  gallery,
  suspects,
  occlusion,
  filters,
  featureMaps,
  net,
  time,
  provenance,
];
