// Starts `contactor demo` in a folder of its own and waits for the line that says where the console is.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const readyWithinMs = 60_000;
const endsWithinMs = 15_000;

export async function startContactor(program, orders) {
  const folder = mkdtempSync(join(tmpdir(), "contactor-e2e-"));
  const child = spawn(program, ["demo", "--orders", String(orders)], {
    cwd: folder,
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)));
  const stop = async () => {
    child.kill("SIGINT");
    const late = setTimeout(() => child.kill("SIGKILL"), endsWithinMs);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const link = await consoleLink(child, ended);
    const { origin, hash } = new URL(link);
    return { url: origin, link, accessToken: decodeURIComponent(hash.slice("#token=".length)), stop };
  } catch (reason) {
    await stop();
    throw reason;
  }
}

function consoleLink(child, ended) {
  return new Promise((resolve, reject) => {
    let said = "";
    const listen = (chunk) => {
      said += chunk;
      const match = /console: (http:\S+#token=\S+)/.exec(said);
      if (match) resolve(match[1]);
    };
    child.stdout.setEncoding("utf8").on("data", listen);
    child.stderr.setEncoding("utf8").on("data", listen);
    child.once("error", reject);
    const fail = (why) => reject(new Error(`${why}; it said:\n${said}`));
    void ended.then((status) => fail(`contactor ended with ${status}`));
    setTimeout(() => fail("contactor named no console in time"), readyWithinMs).unref();
  });
}
