// Writes a .gz beside every file of dist: the program embeds only those. Same bytes for the same input: level 9, no name, no time.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const budget = 60 * 1024;

let total = 0;
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || entry.name.endsWith(".gz")) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const packed = gzipSync(readFileSync(path), { level: 9 });
  writeFileSync(`${path}.gz`, packed);
  total += packed.length;
}
console.log(`compressed: ${(total / 1024).toFixed(1)} KiB of at most ${budget / 1024} KiB`);
if (total > budget) {
  console.error("The console has outgrown its budget: what was added that it could do without?");
  process.exit(1);
}
