// What must be true of the console, in the order in which a reader walks through it. Each check goes on from where the last one left.
import assert from "node:assert/strict";
import { openPage } from "./browser.mjs";

const soon = { timeout: 20_000 };
/** A story with all its retries takes this long in the demo's time. */
const storyMs = 180_000;

async function until(what, condition, timeoutMs = 20_000) {
  const end = Date.now() + timeoutMs;
  for (let value; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 200)))
    if ((value = await condition())) return value;
  throw new Error(`in ${timeoutMs / 1000} s it did not come true that ${what}`);
}

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor(soon);
const rows = (page) => page.locator("table.list tbody tr[data-id]");

async function visit(page, hash) {
  await page.evaluate((target) => (location.hash = target), hash);
}

/** The numbers of the state board by state. */
function stateCounts(page) {
  return page
    .locator(".bar[data-state]")
    .evaluateAll((bars) =>
      Object.fromEntries(
        bars.map((bar) => [
          bar.dataset.state,
          Number(bar.querySelector(".bar-count").textContent.replace(/\D/g, "")),
        ]),
      ),
    );
}

/** The page against the server's overview: both move, so that they are compared until they agree. */
async function countsAgree(page) {
  const told = await page.evaluate(async () => {
    const headers = { Authorization: `Bearer ${sessionStorage.getItem("contactor.access_token")}` };
    return (await fetch("/v1/overview", { headers })).json();
  });
  const shown = await stateCounts(page);
  const same = Object.entries(told.by_state).every(([state, count]) => shown[state] === count);
  const orders = told.orders_per_hour.reduce((sum, hour) => sum + hour.orders, 0);
  const drawn = Number(await page.locator("[data-orders]").getAttribute("data-orders"));
  return same && drawn === orders && told.orders_per_hour.length === 24;
}

export const checks = {
  "a wrong access token is refused in words, the right one signs in"(world) {
    return signIn(world);
  },

  async "a link with an access token signs in and leaves no trace in the address bar"({ browser, server }) {
    const { page, context, faults } = await openPage(browser, server.url);
    await page.goto(server.link);
    await heading(page, "Overview");
    assert.equal(new URL(page.url()).hash, "");
    assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage })), "{}");
    await page.reload();
    await heading(page, "Overview");
    assert.deepEqual(faults, []);
    await context.close();
  },

  async "the overview counts, and its counters move without a reload"({ desk: { page }, shoot }) {
    await page.locator(".connection.live").waitFor(soon);
    await until("somebody is on the way or has arrived", async () =>
      Object.values(await stateCounts(page)).some((count) => count > 0),
    );
    const before = JSON.stringify(await stateCounts(page));
    await until("the counters moved", async () => JSON.stringify(await stateCounts(page)) !== before, 60_000);
    await page.locator(".feed tbody tr").first().waitFor(soon);
    assert.equal(await page.locator('[data-figure="Charged, not confirmed"] .figure-value').textContent(), "0");
    assert.equal(await page.locator("[data-money]").count(), 9);
    await until("the server's own count is shown", () => countsAgree(page));
    await until(
      "there is something to see",
      async () => (await page.locator(".feed tbody tr").count()) > 12,
      60_000,
    );
    await shoot(page, "overview", { fullPage: true });
  },

  async "a running activation is canceled with a reason"({ desk: { page }, shoot }) {
    const running = await until(
      "one of them runs",
      async () => {
        for (const state of ["WaitingBackoff", "WaitingResponse", "Scheduled"]) {
          await visit(page, `#/activations?state=${state}`);
          await page.waitForTimeout(500);
          if (await rows(page).count()) return rows(page).first().getAttribute("data-id");
        }
        return "";
      },
      60_000,
    );
    await visit(page, `#/activations/${running}`);
    await page.getByRole("button", { name: "Cancel…" }).click(soon);
    await page.getByLabel("Reason, for the record").fill("the customer changed their mind");
    await shoot(page, "cancel");
    await page.getByRole("button", { name: "Cancel the activation" }).click();
    await until(
      "it is canceled, or too late and said so",
      async () =>
        (await page.locator('[data-axis="Engine state"][data-value="Canceled"]').count()) +
          (await page.getByText("Cancellation requested").count()) +
          (await page.locator(".dialog .trouble").count()) >
        0,
    );
    await page.keyboard.press("Escape");
  },

  async "the list shows activations, filters them by state and pages by cursor"({ desk: { page }, shoot, found }) {
    await page.getByLabel("Pages").getByRole("link", { name: "Activations" }).click();
    await heading(page, "Activations");
    await until(
      "more than one page was ordered",
      async () => {
        await visit(page, "#/");
        await heading(page, "Overview");
        await visit(page, "#/activations");
        await rows(page).first().waitFor(soon);
        return page.getByRole("button", { name: "Load older ones" }).isVisible();
      },
      60_000,
    );
    await shoot(page, "activations");
    const first = await rows(page).count();
    await page.getByRole("button", { name: "Load older ones" }).click();
    await until("older rows came", async () => (await rows(page).count()) > first);
    await page.getByLabel("State").selectOption("Active");
    await until(
      "only active ones are shown",
      async () => {
        const states = await page
          .locator('td[data-label="Engine"] .badge')
          .evaluateAll((all) => all.map((one) => one.dataset.value));
        return states.length > 0 && states.every((state) => state === "Active");
      },
      60_000,
    );
    found.active = await rows(page).first().getAttribute("data-id");
    found.vin = await rows(page).first().locator("td code").first().textContent();
    found.order = await rows(page).first().locator("th .under code").textContent();
  },

  async "keys walk the list and open an activation"({ desk: { page } }) {
    await page.keyboard.press("g");
    await page.keyboard.press("o");
    await heading(page, "Overview");
    await page.keyboard.press("g");
    await page.keyboard.press("a");
    await rows(page).nth(2).waitFor(soon);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const chosen = await page.evaluate(() => document.activeElement.closest("tr").dataset.id);
    assert.equal(chosen, await rows(page).nth(1).getAttribute("data-id"));
    await page.keyboard.press("Enter");
    await page.locator("[data-axis]").first().waitFor(soon);
    assert.ok(page.url().endsWith(chosen));
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor(soon);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  },

  async "an activation's page shows three axes, why and what next, the way and the timeline"({
    desk: { page },
    shoot,
    found,
  }) {
    await visit(page, `#/activations/${found.active}`);
    await page.locator('[data-axis="Engine state"][data-value="Active"]').waitFor(soon);
    assert.equal(await page.locator("[data-axis]").count(), 3);
    assert.equal(await page.locator('[data-axis="Service status"]').getAttribute("data-value"), "Active");
    await page.locator(".explain-cell").nth(3).waitFor(soon);
    await page.locator(".timeline li").nth(1).waitFor(soon);
    assert.ok((await page.locator(".diagram .state.visited").count()) >= 7);
    assert.ok((await page.locator(".diagram .edge.walked").count()) >= 6);
    await page.locator(".notices li").first().waitFor(soon);
    await shoot(page, "activation", { fullPage: true });
  },

  async "a VIN, an order and a payment are found by the one search box"({ desk: { page }, shoot, found }) {
    const search = async (text) => {
      await page.keyboard.press("/");
      await page.keyboard.type(text);
      await page.keyboard.press("Enter");
    };
    await search(found.vin);
    await heading(page, `Vehicle ${found.vin}`);
    assert.ok((await rows(page).count()) >= 1);
    await shoot(page, "vehicle");
    await search(found.order);
    await until("the order led to its activation", () => page.url().endsWith(found.active));
    const payment = page.locator(".facts dd code", { hasText: /^pi_/ });
    await page.locator(".facts").first().waitFor(soon);
    if (await payment.count()) {
      const id = await payment.first().textContent();
      await visit(page, "#/");
      await search(id);
      await until("the payment led to its activation", () => page.url().endsWith(found.active));
    }
  },

  "an id that nobody knows is answered in words"(world) {
    return unknownId(world);
  },

  async "a ticket has its eighteen fields, clocks and all eight actions"({ desk: { page }, shoot }) {
    await until(
      "a ticket was opened",
      async () => {
        await visit(page, "#/");
        await visit(page, "#/tickets");
        await page.waitForTimeout(500);
        return rows(page).count();
      },
      storyMs,
    );
    await shoot(page, "tickets");
    await rows(page).first().locator("a").first().click();
    await page.locator(".clock").nth(1).waitFor(soon);
    assert.equal(await page.locator("[data-action]").count(), 8);
    const names = await page.locator(".facts dt").allTextContents();
    assert.equal(new Set(names).size, 16, `fields: ${names.join(", ")}`);
    await page.getByRole("heading", { name: "Configuration payload" }).waitFor(soon);
    await shoot(page, "ticket", { fullPage: true });
  },

  async "a technician asks the customer and the note appears"({ desk: { page }, shoot }) {
    await page.locator('[data-action="contact_customer"]').click();
    await page
      .getByLabel("What was asked")
      .fill("Is the car parked where it has signal? <script>alert(1)</script>");
    await page.getByRole("button", { name: "Record it" }).click();
    await page.locator(".notes li", { hasText: "Is the car parked" }).waitFor(soon);
    await shoot(page, "ticket-noted", { fullPage: true });
  },

  async "a retry must say who pays, and then starts a linked activation"({ desk: { page }, shoot }) {
    await page.locator('[data-action="retry"]').click();
    const start = page.getByRole("button", { name: "Start the retry" });
    await page.getByLabel("Reason, for the record").fill("the car is back in coverage");
    assert.ok(await start.isDisabled());
    await page.getByLabel("Grant Free of charge").check();
    await shoot(page, "retry");
    await start.click();
    await page.getByText("Done: Retry activation.").waitFor(soon);
  },

  async "the catalogue is shown, and a changed service becomes a new version"({ desk: { page }, shoot }) {
    await page.keyboard.press("g");
    await page.keyboard.press("s");
    await heading(page, "Services");
    await page.locator("[data-row]").first().waitFor(soon);
    await page.locator("[data-row]").first().click();
    const version = Number((await page.getByText(/^version \d+$/).textContent()).replace(/\D/g, ""));
    await page.getByLabel("Description").fill("Warm in a minute.");
    await shoot(page, "service", { fullPage: true });
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText(`version ${version + 1}`, { exact: true }).waitFor(soon);
  },

  async "the fleet shows each cloud, filters its vehicles, and a vehicle says why and who"({
    desk: { page },
    shoot,
    found,
  }) {
    await page.keyboard.press("g");
    await page.keyboard.press("f");
    await heading(page, "Fleet");
    await rows(page).first().waitFor(soon);
    assert.ok((await page.locator("[data-cloud]").count()) >= 2);
    await page.locator("[data-run]").first().waitFor(soon);
    await until("a day has its metrics", async () => {
      if (await page.locator("[data-day]").count()) return true;
      await page.reload();
      await page.waitForTimeout(1500);
      return false;
    });
    await shoot(page, "fleet", { fullPage: true });
    await page.getByRole("combobox", { name: "Cloud" }).selectOption("bmw");
    await until("only vehicles of this cloud are shown", async () => {
      const clouds = await page
        .locator('td[data-label="Cloud"]')
        .evaluateAll((all) => all.map((one) => one.textContent));
      return clouds.length > 0 && clouds.every((cloud) => cloud === "BMW");
    });
    found.fleetVin = await rows(page).first().getAttribute("data-id");
    await rows(page).first().locator("a").click();
    await heading(page, new RegExp(found.fleetVin));
    await page.getByRole("heading", { name: "History" }).waitFor(soon);
    await page.locator("[data-entry]").first().waitFor(soon);
    await page.getByRole("heading", { name: "What blocks it" }).waitFor(soon);
    await shoot(page, "fleet-vehicle", { fullPage: true });
  },

  "it can be read on a phone, in the dark and on paper"(world) {
    return otherFaces(world);
  },

  async "nothing went wrong behind the scenes"({ desk: { faults } }) {
    assert.deepEqual(faults, []);
  },

  async "signing out forgets the access token"({ desk: { page } }) {
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor(soon);
    assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  },
};

async function signIn(world) {
  world.desk = await openPage(world.browser, world.server.url);
  const { page, allowed } = world.desk;
  allowed.refusals = true;
  await page.goto(world.server.url);
  await page.getByLabel("API access token").fill("ctr_wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This access token is not valid").waitFor(soon);
  await world.shoot(page, "sign-in");
  await page.getByLabel("API access token").fill(world.server.accessToken);
  await page.keyboard.press("Enter");
  await heading(page, "Overview");
  allowed.refusals = false;
}

async function unknownId({ desk: { page, allowed } }) {
  allowed.refusals = true;
  await page.keyboard.press("/");
  await page.keyboard.type("nobody-knows-this");
  await page.keyboard.press("Enter");
  await heading(page, "Nothing under nobody-knows-this");
  await page.locator(".trouble").waitFor(soon);
  allowed.refusals = false;
}

async function otherFaces({ browser, server, shoot, found }) {
  const faces = {
    dark: { colorScheme: "dark" },
    phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true },
  };
  const places = {
    overview: "#/",
    activations: "#/activations",
    activation: `#/activations/${found.active}`,
    tickets: "#/tickets",
  };
  for (const [face, options] of Object.entries(faces)) {
    const { page, context, faults } = await openPage(browser, server.url, options);
    await page.goto(server.link);
    await heading(page, "Overview");
    for (const [name, hash] of Object.entries(places)) {
      await visit(page, hash);
      await page.waitForTimeout(1200);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${name} is ${overflow} px wider than the ${face} screen`);
      await shoot(page, `${face}-${name}`, { fullPage: true });
    }
    if (face === "dark") {
      await visit(page, places.activation);
      await page.waitForTimeout(600);
      await page.emulateMedia({ media: "print", colorScheme: "dark" });
      await shoot(page, "print-activation", { fullPage: true });
    }
    assert.deepEqual(faults, []);
    await context.close();
  }
}
