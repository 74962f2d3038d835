// Debian's Chromium, and an eye on everything that a page does wrong.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launch() {
  return chromium.launch({ executablePath, headless: true, args: quiet });
}

/** A page whose errors, policy violations and requests to elsewhere are collected in `faults`. */
export async function openPage(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, locale: "en-GB", ...options });
  const page = await context.newPage();
  const faults = [];
  const allowed = { refusals: false };
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    if (allowed.refusals && /status of 40[134]/.test(message.text())) return;
    faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== url) faults.push(`request to elsewhere: ${request.url()}`);
  });
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error(`policy violation: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  return { page, context, faults, allowed };
}

export function camera(folder) {
  mkdirSync(folder, { recursive: true });
  return (page, name, options = {}) => page.screenshot({ path: join(folder, `${name}.png`), ...options });
}
