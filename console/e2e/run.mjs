// npm run e2e [-- --mock]: walks through the whole console in a browser.
//   CONTACTOR_PROGRAM   the program to test against; `--mock` takes the make-believe server instead
//   SCREENSHOTS         where pictures go (default: a new temporary folder, named at the end)
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { camera, launch } from "./browser.mjs";
import { startContactor } from "./contactor.mjs";
import { startMock } from "./mock_server.mjs";
import { checks } from "./checks.mjs";

const orders = 60;
const program = process.env.CONTACTOR_PROGRAM;
const mocked = process.argv.includes("--mock");
if (!program && !mocked) {
  console.error("e2e: set CONTACTOR_PROGRAM to the program to test against, or pass --mock");
  process.exit(2);
}

const folder = process.env.SCREENSHOTS ?? mkdtempSync(join(tmpdir(), "contactor-console-"));
const server = mocked ? await startMock({ orders }) : await startContactor(program, orders);
const browser = await launch();
let failed = 0;
try {
  const world = { browser, server, shoot: camera(folder), found: {} };
  for (const [sentence, check] of Object.entries(checks)) {
    const began = Date.now();
    try {
      await check(world);
      console.log(`ok      ${sentence} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
    } catch (reason) {
      failed++;
      console.log(`FAILED  ${sentence}\n${reason.stack ?? reason}`);
      await world.shoot?.(world.desk?.page ?? (await browser.newPage()), `failed-${failed}`).catch(() => {});
    }
  }
} finally {
  await browser.close();
  await server.stop();
}
console.log(`screenshots: ${folder}`);
console.log(
  failed ? `${failed} of ${Object.keys(checks).length} failed` : `all ${Object.keys(checks).length} passed`,
);
process.exit(failed ? 1 : 0);
