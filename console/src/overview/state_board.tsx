import { countText } from "../format/money";
import { stateWords, wordingOf } from "../format/words";
import { link } from "../shell/route";

const groups: { name: string; states: string[] }[] = [
  {
    name: "Waiting",
    states: [
      "PaymentConfirmed",
      "Scheduled",
      "QueuedForActivation",
      "WaitingBudget",
      "WaitingBackoff",
      "MaxRetriesExceeded",
    ],
  },
  {
    name: "With the car",
    states: [
      "SendingCommand",
      "WaitingResponse",
      "CheckingResponse",
      "Failure",
      "EvaluatingRetry",
      "CalculateBackoff",
      "Success",
      "NotifyingCustomer",
    ],
  },
  {
    name: "Escalating",
    states: ["QueryingVehicleState", "EscalatingToSupport", "ReversingPayment", "NotifyingFailure"],
  },
  { name: "Ended", states: ["Active", "Deactivated", "Failed", "Canceled"] },
];
/** States in which an activation rests: shown even when nobody is in them. The others are passed within one step. */
const always = new Set([
  "QueuedForActivation",
  "WaitingBudget",
  "WaitingBackoff",
  "MaxRetriesExceeded",
  "Scheduled",
  "WaitingResponse",
  "QueryingVehicleState",
  "ReversingPayment",
  "Active",
  "Deactivated",
  "Failed",
  "Canceled",
]);

/** One bar a state, in the order in which they are passed; each leads to its list. */
export function StateBoard(props: { byState: Record<string, number> }) {
  const largest = Math.max(1, ...Object.values(props.byState));
  return (
    <div class="state-board">
      {groups.map(({ name, states }) => (
        <section key={name} aria-label={name}>
          <h3>{name}</h3>
          {states
            .filter((state) => always.has(state) || props.byState[state])
            .map((state) => (
              <Bar key={state} state={state} count={props.byState[state] ?? 0} largest={largest} />
            ))}
        </section>
      ))}
    </div>
  );
}

function Bar(props: { state: string; count: number; largest: number }) {
  const wording = wordingOf(stateWords, props.state);
  return (
    <a
      class={`bar tone-${wording.tone} ${props.count ? "" : "nobody"}`}
      href={link(["activations"], { state: props.state })}
      title={wording.meaning}
      data-state={props.state}
    >
      <span class="bar-name">{wording.label}</span>
      <progress max={props.largest} value={props.count} aria-hidden="true" />
      <span class="bar-count">{countText(props.count)}</span>
    </a>
  );
}
