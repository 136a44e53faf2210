/** A configuration as YAML that `--config` reads back, with the source of each value. */
import { settingText } from "../base/setting.js";
import { fields } from "./fields.js";
import type { Resolved } from "./resolve.js";
import { isSettingKey, settingKinds } from "./settings.js";

/** Values that the data set chooses are left out. */
export function configText({ config, sources }: Resolved): string {
  return fields
    .map(({ key }) => {
      const value = config[key];
      if (value === undefined) return `# ${key}: not set`;
      const text = isSettingKey(key) ? settingText(settingKinds[key].choices, config[key]!) : value;
      return `${`${key}: ${JSON.stringify(text)}`.padEnd(32)} # ${sources[key]}`;
    })
    .join("\n");
}
