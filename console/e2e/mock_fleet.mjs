// A make-believe fleet for the mock: vehicles of three clouds, a run, and two days of metrics.
const clouds = [
  ["bmw", "WBY8P210", "BMW"],
  ["kia", "KNACC81G", "Kia"],
  ["tesla", "5YJ3E7EB", "Tesla"],
];
const at = (minutesAgo) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
const refusal = {
  key: "head_unit_too_old",
  text: "The head unit is too old.",
  todo: "It cannot be connected: take it out of the fleet.",
  who: "fleet manager",
  final: true,
};

function vehicle(number) {
  const [oem, prefix, make] = clouds[number % clouds.length];
  const refused = number % 9 === 0;
  const on = !refused && number % 4 !== 0;
  return {
    vin: `${prefix}AAA${String(number).padStart(6, "0")}`,
    fleet: number % 2 ? "north" : "south",
    make,
    model: null,
    type: null,
    oem,
    activation_requested_status: on || refused,
    activation_start_date: "2026-01-01",
    activation_end_date: null,
    activation_comment: null,
    activation_status: on,
    activation_status_message: on ? "ACTIVATED" : refused ? "ACTIVATION FAILED" : "DEACTIVATED",
    wanted: { active: on || refused, why: on || refused ? "requested" : "not requested", until: null },
    standing: on ? "active" : refused ? "refused" : "inactive",
    reason: refused ? refusal : null,
    oem_detail: refused ? "412 HEAD_UNIT" : null,
    valid_until: null,
    accepted_at: at(90),
    observed_at: at(60),
    next_check_at: at(-600),
    blocked: refused,
    silent: false,
    is_processed: on,
    vehicle_model_id: on ? 1 : null,
    updated_at: at(60),
  };
}

const vehicles = Array.from({ length: 120 }, (_, number) => vehicle(number));
const runs = [
  {
    id: "run_mock_1",
    kind: "run",
    state: "ended",
    begun_at: at(61),
    ended_at: at(60),
    progress: {},
    summary: { vehicles: 120, activated: 80, deactivated: 0, pending: 26, failed: 14, interrupted: false },
  },
];
const metrics = ["2026-11-21", "2026-11-20"].flatMap((date) =>
  clouds.map(([oem]) => ({ date, oem, nb_vehicles_activated: 26, partial: false, run: "run_mock_1", updated_at: at(60) })),
);

function history(one) {
  const entry = (number, message, status) => ({
    number,
    at: at(100 - number * 10),
    activation_requested_status: true,
    activation_status: status,
    activation_status_message: message,
    reason: null,
    oem_detail: null,
    oem: one.oem,
    run: number > 1 ? "run_mock_1" : null,
  });
  return [
    entry(1, "ACTIVATION REQUESTED", null),
    entry(2, "ACTIVATION PENDING", false),
    entry(3, one.activation_status_message, one.activation_status),
  ];
}

/** What `/v1/explain/VIN` answers of a vehicle; nothing where it is not on record. */
export function explainedVehicle(vin) {
  const one = vehicles.find((each) => each.vin === vin);
  if (!one) return undefined;
  const words = {
    wanted: one.wanted.active ? "on (requested)" : "off (not requested)",
    observed: `${one.standing}, read ${one.observed_at}`,
    blocked_by: one.reason ? [`${one.reason.text} ${one.reason.todo} (${one.reason.who})`] : [],
    next: one.blocked ? "nothing, until its wish changes" : "a run looks at it",
    next_at: one.blocked ? null : one.next_check_at,
  };
  return { subject: vin, ...words, fleet: { ...one, explanation: words } };
}

/** A body, or items to be paged; nothing where there is no such route. */
export function answerOf(method, kind, id, verb, query) {
  if (kind === "totals")
    return {
      page: clouds.map(([oem]) => {
        const of = vehicles.filter((one) => one.oem === oem);
        return { oem, vehicles: of.length, active: of.filter((one) => one.activation_status).length };
      }),
    };
  if (kind === "metrics") return { page: metrics };
  if (kind === "runs" && method === "POST") return { status: 202, body: runs[0] };
  if (kind === "runs") return { page: runs };
  if (kind !== "vehicles") return undefined;
  if (!id) {
    const [oem, status, fleet] = ["oem", "status", "fleet"].map((name) => query.get(name));
    return {
      page: vehicles.filter(
        (one) =>
          (!oem || one.oem === oem) &&
          (!status || String(one.activation_status) === status) &&
          (!fleet || one.fleet === fleet),
      ),
    };
  }
  const one = vehicles.find((each) => each.vin === id);
  if (!one) return undefined;
  return verb === "history" ? { page: history(one) } : { body: one };
}
