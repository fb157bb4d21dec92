// Writes models.json: the models that this package can load, as their cards describe them.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const folder = new URL("../../dbd_mobile/models/", import.meta.url);

export function models() {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("_"))
    .map(({ name }) => {
      const { id, kind, version, sha256, size_bytes: bytes } = JSON.parse(
        readFileSync(new URL(`${name}/card.json`, folder), "utf8"),
      );
      return { id, kind, version, file: `${id}.tflite`, sha256, bytes };
    })
    .sort((one, other) => one.id.localeCompare(other.id));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  writeFileSync(new URL("../models.json", import.meta.url), `${JSON.stringify({ models: models() }, null, 2)}\n`);
}
