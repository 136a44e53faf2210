// Writes documents.schema.json beside itself: the JSON Schema of what commands print with --json.
//
//   npm run build && node docs/documents.mjs
import { writeFileSync } from "node:fs";
import { documentsSchema } from "../dist/src/index.js";

const path = new URL("./documents.schema.json", import.meta.url);
writeFileSync(path, `${JSON.stringify(await documentsSchema(), null, 2)}\n`);
