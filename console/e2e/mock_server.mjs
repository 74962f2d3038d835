// `npm run mock`: the API's shapes over a make-believe world, and the built console where there is one. Not a test of the server.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { extname, join, normalize } from "node:path";
import { answerOf, explainedVehicle } from "./mock_fleet.mjs";
import { MockWorld } from "./mock_world.mjs";

const accessToken = "ctr_mock";
const dist = fileURLToPath(new URL("../dist/", import.meta.url));
const contentTypes = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

function json(response, status, body) {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "Content-Type": type }).end(JSON.stringify(body));
}

function problem(response, status, title, detail, errors) {
  json(response, status, { type: "urn:contactor:problem:mock", title, status, detail, ...(errors && { errors }) });
}

function file(response, path) {
  const name = path === "/" ? "index.html" : normalize(path).slice(1);
  try {
    const bytes = readFileSync(join(dist, name));
    response
      .writeHead(200, {
        "Content-Type": contentTypes[extname(name)] ?? "text/plain",
        "Content-Security-Policy": policy,
      })
      .end(bytes);
  } catch {
    problem(response, 404, "Not found", "There is no such file in the console.");
  }
}

function page(items, query) {
  const limit = Number(query.get("limit") ?? 50);
  const first = Number(query.get("cursor") ?? 0);
  return {
    items: items.slice(first, first + limit),
    next_cursor: first + limit < items.length ? String(first + limit) : null,
  };
}

function stream(world, request, response) {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  response.write("retry: 2000\n: connected\n\n");
  let number = 0;
  const listener = (activation, event, path, seq) =>
    response.write(
      `event: ota.activation.updated\nid: mock-${++number}\ndata: ${JSON.stringify({ activation, event, detail: "", path, seq, at: activation.updated_at })}\n\n`,
    );
  world.listeners.add(listener);
  request.on("close", () => world.listeners.delete(listener));
}

function explanation(activation) {
  return {
    subject: activation.id,
    wanted: `${activation.service_name} switched on in vehicle ${activation.vin} for 30d; order ${activation.order_id} of ${activation.created_at}`,
    observed: activation.confirmed_at
      ? `the car confirmed it at ${activation.confirmed_at}`
      : activation.last_error
        ? `${activation.last_error.category}: ${activation.last_error.message} (HTTP ${activation.last_error.http_status})`
        : "no command has been sent yet",
    blocked_by: activation.waits_for ? [`waits for ${activation.waits_for}`] : [],
    next: activation.next_action_at
      ? "the car is asked, and if it has not confirmed meanwhile, the next attempt is sent"
      : "nothing: it has ended",
    next_at: activation.next_action_at,
    money: "The money is where it belongs.",
    attempts: [],
    remaining:
      activation.state === "WaitingBackoff"
        ? [{ attempt: activation.attempts + 1, not_before: activation.next_action_at }]
        : [],
    escalation_at: null,
    pending: [],
    activation,
  };
}

function overview(world) {
  const all = [...world.activations.values()];
  const open = [...world.tickets.values()].filter((ticket) => !ticket.ended_at);
  const count = (items, of) => items.reduce((sums, one) => ({ ...sums, [of(one)]: (sums[of(one)] ?? 0) + 1 }), {});
  const hourMs = 3_600_000;
  const hourOf = (at) => Math.floor(at / hourMs) * hourMs;
  const byHour = count(all, (one) => hourOf(Date.parse(one.created_at)));
  return {
    counted_at: new Date().toISOString(),
    activations: all.length,
    by_state: count(all, (one) => one.state),
    by_service_status: count(all, (one) => one.service_status),
    by_money_state: count(all, (one) => one.money_state),
    waiting_for_budget: all.filter((one) => one.state === "WaitingBudget").length,
    retried: all.filter((one) => one.retries > 0).length,
    captured_not_confirmed: 0,
    tickets: { total: world.tickets.size, open: { HIGH: 0, MEDIUM: 0, ...count(open, (one) => one.priority) } },
    incidents: [],
    orders_per_hour: Array.from({ length: 24 }, (_, index) => {
      const from = hourOf(Date.now()) - (23 - index) * hourMs;
      return { from: new Date(from).toISOString(), orders: byHour[from] ?? 0 };
    }),
    outbox: { entries: 0, oldest_at: null, age_ms: 0 },
  };
}

function actOn(world, ticket, body, response) {
  if (["retry", "modify_payload"].includes(body.action) && !body.price)
    return problem(response, 422, "The request cannot be accepted", "One thing is wrong with it.", [
      { pointer: "/price", detail: "is required" },
    ]);
  ticket.notes.push(`${new Date().toISOString()} technician: ${body.action}: ${body.text ?? ""}`);
  ticket.sla.responded_at ??= new Date().toISOString();
  if (body.action === "contact_customer") ticket.state = "waiting_customer";
  if (body.action === "resolve" || body.action === "close")
    Object.assign(ticket, { state: `${body.action}d`, ended_at: new Date().toISOString() });
  if (body.action === "modify_payload")
    Object.assign(ticket, { proposed_configuration: body.configuration, proposed_by: "technician" });
  const started = body.action === "retry" ? world.shown(world.order(ticket.activation_id, null)) : null;
  json(response, 200, { ticket, started });
}

function fleetAnswer(response, method, kind, id, verb, query) {
  const told = answerOf(method, kind, id, verb, query);
  if (!told) return problem(response, 404, "Not found", "There is no such thing, or it is not yours to see.");
  json(response, told.status ?? 200, told.page ? page(told.page, query) : told.body);
}

function answer(world, request, response, url, body) {
  const [, , group, kind, id, verb] = url.pathname.split("/").map(decodeURIComponent);
  const route = `${request.method} ${group}/${kind}`;
  const shown = (one) => world.shown(one);
  const newest = (map) => [...map.values()].reverse();
  if (group === "events") return stream(world, request, response);
  if (group === "overview") return json(response, 200, overview(world));
  if (group === "explain") {
    const found = newest(world.activations).find((one) =>
      [one.id, one.vin, one.order_id, one.payment.transaction_id, one.ticket_id].includes(kind),
    );
    const vehicle = explainedVehicle(kind);
    if (!found && vehicle) return json(response, 200, vehicle);
    return found
      ? json(response, 200, { ...explanation(shown(found)), ...(vehicle && { fleet: vehicle.fleet }) })
      : problem(response, 404, "Not found", "There is no such thing, or it is not yours to see.");
  }
  if (route === "GET ota/activations" && !id) {
    const [vin, state, customer] = ["vin", "state", "customer_id"].map((name) => url.searchParams.get(name));
    const rows = newest(world.activations).filter(
      (one) =>
        (!vin || one.vin === vin) && (!state || one.state === state) && (!customer || one.customer_id === customer),
    );
    return json(response, 200, page(rows.map(shown), url.searchParams));
  }
  const activation = kind === "activations" && world.activations.get(id);
  if (activation && verb === "history") {
    const story = world.stories.get(id);
    return json(response, 200, {
      activation: shown(activation),
      items: story.transitions,
      notices: story.notices,
      pending: [],
      next_cursor: null,
    });
  }
  if (activation && verb === "cancel") {
    world.step(
      activation,
      "cancel_requested",
      ["Canceled"],
      { service_status: "Canceled", money_state: "releasing", next_action_at: null, waits_for: null },
      { actor: "operator", detail: body.reason },
    );
    return json(response, 200, shown(activation));
  }
  if (activation) return json(response, 200, shown(activation));
  if (route === "GET support/tickets" && !id)
    return json(
      response,
      200,
      page(
        newest(world.tickets).filter(
          (one) => !url.searchParams.get("state") || one.state === url.searchParams.get("state"),
        ),
        url.searchParams,
      ),
    );
  const ticket = kind === "tickets" && world.tickets.get(id);
  if (ticket && verb === "actions") return actOn(world, ticket, body, response);
  if (ticket) return json(response, 200, ticket);
  if (route === "GET ota/services" && !id)
    return json(response, 200, page([...world.services.values()], url.searchParams));
  if (route === "PUT ota/services") {
    const version = (world.services.get(id)?.version ?? 0) + 1;
    world.services.set(id, { ...body, id, version, updated_at: new Date().toISOString() });
  }
  if (kind === "services" && world.services.has(id)) return json(response, 200, world.services.get(id));
  if (group === "fleet") return fleetAnswer(response, request.method, kind, id, verb, url.searchParams);
  return problem(response, 404, "Not found", "There is no such thing, or it is not yours to see.");
}

/** Starts the mock on a port (0: any free one) and tells where. */
export async function startMock({ port = 0, orders = 60 } = {}) {
  const world = new MockWorld(orders);
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, "http://mock");
    if (!url.pathname.startsWith("/v1/")) return file(response, url.pathname);
    if (request.headers.authorization !== `Bearer ${accessToken}`)
      return problem(response, 401, "Authentication needed", "The access token is not known.");
    let text = "";
    for await (const chunk of request) text += chunk;
    answer(world, request, response, url, text ? JSON.parse(text) : {});
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}`;
  const stop = () => (clearInterval(world.timer), server.closeAllConnections(), server.close());
  return { url, accessToken, link: `${url}/#token=${accessToken}`, world, stop };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const mock = await startMock({
    port: Number(process.env.PORT ?? 8099),
    orders: Number(process.env.ORDERS ?? 200),
  });
  console.log(`console: ${mock.link}`);
}
