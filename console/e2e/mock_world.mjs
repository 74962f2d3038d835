// A small make-believe of orders that move by themselves, in the API's own shapes. For work on the console without a server.
import { randomBytes } from "node:crypto";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const services = [
  ["heated-seats", "Heated seats", { "seat.heating": true, "seat.levels": 3 }],
  ["matrix-light", "Matrix light", { "light.matrix": true }],
  ["range-plus", "Range plus", { "battery.usable_kwh": 82 }],
  ["park-assist", "Park assist", { "assist.parking": "full", "assist.cameras": ["front", "rear"] }],
];
const failures = [
  {
    category: "VehicleOffline",
    code: "vehicle_offline",
    message: "the vehicle has not been seen for 3 h",
    http_status: 503,
  },
  { category: "TransientNetwork", code: "network_congestion", message: "cell overloaded", http_status: 503 },
  { category: "ApiIotError", code: "internal", message: "<b>queue</b> is down", http_status: 500 },
];

const pick = (items) => items[Math.floor(Math.random() * items.length)];
const iso = (at = Date.now()) => new Date(at).toISOString();
let counter = Date.now() * 8;

export function newId(prefix) {
  let value = BigInt(counter++) << 8n;
  let text = "";
  for (let i = 0; i < 13; i++, value >>= 5n) text = alphabet[Number(value & 31n)] + text;
  return `${prefix}_${text}`;
}

export class MockWorld {
  activations = new Map();
  stories = new Map();
  tickets = new Map();
  services = new Map();
  listeners = new Set();

  constructor(orders) {
    for (const [id, name, template] of services)
      this.services.set(id, { id, version: 1, name, template, preconditions: { parked: true }, updated_at: iso() });
    this.left = orders;
    for (let i = 0; i < Math.min(orders, 25); i++) this.order();
    this.timer = setInterval(() => this.tick(), 150);
  }

  order(parent = null, payment = undefined) {
    const [serviceId, serviceName] = pick(services);
    const id = newId("act");
    const at = iso();
    const activation = {
      id,
      order_id: `order-${id.slice(-5)}`,
      vin: `WVWZZZ1KZ${Math.floor(1e7 + Math.random() * 8e7)}`,
      customer_id: `customer-${id.slice(-3)}`,
      service_id: serviceId,
      service_name: serviceName,
      action: "activate",
      origin: "customer",
      state: "PaymentConfirmed",
      service_status: "Pending",
      money_state: payment === null ? "none" : "held",
      attempts: 0,
      retries: 0,
      next_action_at: at,
      waits_for: null,
      confirmed_at: null,
      ends_at: null,
      ticket_id: null,
      last_error: null,
      parent,
      created_at: at,
      updated_at: at,
      reason: parent ? "technician" : null,
      duration: "30d",
      cancel_requested: false,
      payment:
        payment === null
          ? { provider: "external", transaction_id: null, amount: 0, currency: "EUR", state: "none" }
          : {
              provider: "stripe",
              transaction_id: `pi_${randomBytes(6).toString("hex")}`,
              amount: 990 + Math.floor(Math.random() * 9000),
              currency: "EUR",
              state: "authorized",
            },
    };
    this.left--;
    activation.luck = Math.random();
    this.activations.set(id, activation);
    this.stories.set(id, { transitions: [], notices: [], steps: 0 });
    this.step(activation, "ordered", ["QueuedForActivation"], {}, { actor: "demo-shop" });
    this.notice(activation, "PaymentConfirmed", ["email", "push"]);
    return activation;
  }

  /** One committed step: the row, its transitions, and all who listen. */
  step(activation, event, path, changes = {}, entry = {}) {
    const story = this.stories.get(activation.id);
    const { luck } = activation;
    Object.assign(activation, changes, { updated_at: iso() });
    story.steps++;
    let from = story.transitions.at(-1)?.to ?? null;
    for (const to of path.length ? path : [activation.state]) {
      story.transitions.push({
        at: activation.updated_at,
        step: story.steps,
        from,
        to,
        event,
        service_status: activation.service_status,
        money_state: activation.money_state,
        attempts: activation.attempts,
        retries: activation.retries,
        actor: "engine",
        command_id: null,
        detail: "",
        seq: story.transitions.length + 1,
        ...entry,
      });
      from = to;
      activation.state = to;
    }
    activation.luck = luck;
    activation.dueAt = Date.now() + 600 + Math.random() * 2500;
    for (const listener of this.listeners) listener(this.shown(activation), event, path, story.steps);
  }

  notice(activation, event, channels) {
    for (const channel of channels)
      this.stories.get(activation.id).notices.push({
        event,
        channel,
        outcome: channel === "display" ? "unavailable" : "sent",
        at: iso(),
        detail: "",
      });
  }

  shown({ luck: _luck, dueAt: _dueAt, ...activation }) {
    return activation;
  }

  tick() {
    if (this.left > 0 && Math.random() < 0.35) this.order();
    for (const activation of this.activations.values()) if (activation.dueAt < Date.now()) this.advance(activation);
  }

  advance(activation) {
    const command = `cmd_${activation.id.slice(4)}_${activation.attempts + 1}`;
    switch (activation.state) {
      case "QueuedForActivation":
      case "WaitingBackoff":
        this.step(
          activation,
          "granted",
          ["SendingCommand", "WaitingResponse"],
          {
            attempts: activation.attempts + 1,
            service_status: "Activating",
            next_action_at: iso(Date.now() + 300_000),
            waits_for: null,
          },
          { command_id: command },
        );
        if (activation.attempts === 1) this.notice(activation, "ActivationStarted", ["email", "push", "display"]);
        return;
      case "WaitingResponse":
        return this.answer(activation);
      case "MaxRetriesExceeded":
        return this.step(activation, "elapsed", ["QueryingVehicleState"], {
          waits_for: "diagnosis of the vehicle",
          next_action_at: iso(Date.now() + 30_000),
        });
      case "QueryingVehicleState":
        return this.escalate(activation);
      case "ReversingPayment":
        this.step(activation, "money_moved", ["NotifyingFailure", "Failed"], {
          money_state: "released",
          next_action_at: null,
          waits_for: null,
        });
        return this.notice(activation, "ActivationFailed", ["email", "push"]);
      case "Active":
        if (activation.money_state === "capturing")
          this.step(activation, "money_moved", [], { money_state: "captured" });
        return;
      default:
    }
  }

  answer(activation) {
    const command = `cmd_${activation.id.slice(4)}_${activation.attempts}`;
    if (activation.luck < 0.62 || (activation.luck < 0.84 && activation.attempts > 2)) {
      this.step(
        activation,
        "observed",
        ["CheckingResponse", "Success", "NotifyingCustomer", "Active"],
        {
          service_status: "Active",
          confirmed_at: iso(),
          ends_at: iso(Date.now() + 30 * 864e5),
          next_action_at: null,
          waits_for: null,
          money_state: activation.money_state === "held" ? "capturing" : "none",
        },
        { command_id: command, detail: "confirmed by callback" },
      );
      return this.notice(activation, "ActivationSuccessful", ["email", "push", "display"]);
    }
    const error = pick(failures);
    const path = ["CheckingResponse", "Failure", "EvaluatingRetry"];
    if (activation.retries < 5)
      return this.step(
        activation,
        "answered",
        [...path, "CalculateBackoff", "WaitingBackoff"],
        {
          retries: activation.retries + 1,
          last_error: error,
          waits_for: `retry ${activation.retries + 1} after 30s`,
          next_action_at: iso(Date.now() + 30_000),
        },
        { command_id: command, error },
      );
    this.step(
      activation,
      "answered",
      [...path, "MaxRetriesExceeded"],
      {
        last_error: error,
        waits_for: "a late confirmation; no further command is sent",
        next_action_at: iso(Date.now() + 60_000),
      },
      { command_id: command, error },
    );
  }

  escalate(activation) {
    const ticket = this.openTicket(activation);
    this.step(activation, "diagnosed", ["EscalatingToSupport", "ReversingPayment"], {
      service_status: "Pending Support",
      money_state: "releasing",
      ticket_id: ticket.id,
      waits_for: "the payment provider's word on the reversal",
    });
  }

  openTicket(activation) {
    const id = newId("tkt");
    const failed = this.stories.get(activation.id).transitions.filter((one) => one.error && one.to === "Failure");
    const ticket = {
      id,
      ticket_id: id,
      vin: activation.vin,
      customer_id: activation.customer_id,
      customer_email: "customer@example.org",
      service_id: activation.service_id,
      service_name: activation.service_name,
      payment_transaction_id: activation.payment.transaction_id ?? "",
      payment_amount: { amount: activation.payment.amount, currency: "EUR" },
      activation_request_time: activation.created_at,
      retry_attempts: failed.map((one, index) => ({
        number: index + 1,
        at: one.at,
        command_id: one.command_id,
        response: `${one.error.http_status} ${one.error.code}: ${one.error.message}`,
      })),
      last_error_code: activation.last_error.code,
      last_error_message: activation.last_error.message,
      vehicle_status_snapshot: {
        value: {
          vin: activation.vin,
          online: false,
          state: "parked",
          features: { "heated-seats": { state: "dormant" } },
        },
      },
      vehicle_online_status: { value: "offline" },
      network_signal_strength: { value: null, not_available: "the vehicle did not answer within 15 s" },
      vehicle_firmware_version: { value: "4.2.1" },
      configuration_payload: this.services.get(activation.service_id).template,
      priority: "HIGH",
      activation_id: activation.id,
      category: "MaxRetriesExceeded",
      state: "open",
      assigned_to: "on-duty technician",
      opened_at: iso(),
      ended_at: null,
      sla: {
        respond_by: iso(Date.now() + 36e5 * Math.random()),
        solve_by: iso(Date.now() + 8 * 36e5),
        responded_at: null,
        response_overdue: false,
        solution_overdue: false,
      },
      proposed_configuration: null,
      proposed_by: null,
      notes: [],
      version: 1,
      links: {},
    };
    this.tickets.set(id, ticket);
    return ticket;
  }
}
