import { listTickets } from "../api/calls";
import { readOverview, type OpenIncident, type Overview } from "../api/overview";
import type { Ticket } from "../api/types";
import { countText } from "../format/money";
import { spanText } from "../format/time";
import { endStates } from "../format/words";
import { useAfterChanges, useEvery, useLoad } from "../live/hooks";
import { serverClock } from "../live/server_clock";
import { Panel } from "../parts/panel";
import { Trouble, Waiting } from "../parts/trouble";
import { link } from "../shell/route";
import { isLate } from "../tickets/sla";
import { LiveFeed } from "./live_feed";
import { MoneyBoard } from "./money_board";
import { OrdersByHour } from "./orders_by_hour";
import { StateBoard } from "./state_board";
import { Throughput } from "./throughput";

const ticketsShown = 200;
/** Ten minutes: whatever is owed for longer is worth a look. */
const oldOutboxMs = 600_000;

/** How everything stands, without a reload. */
export function OverviewPage() {
  const overview = useLoad(readOverview, []);
  const tickets = useLoad((signal) => listTickets("open", undefined, signal, ticketsShown), []);
  useAfterChanges(overview.reload, 1000);
  useAfterChanges(tickets.reload, 3000, (change) => Boolean(change.activation.ticket_id));
  useEvery(5_000, () => (overview.reload(), tickets.reload()));
  const value = overview.value;
  return (
    <>
      <header class="page-head">
        <h1>Overview</h1>
      </header>
      <Trouble problem={overview.problem} retry={overview.reload} />
      {!value && overview.loading && <Waiting what="the overview" />}
      {value && (
        <>
          {value.incidents.map((incident) => (
            <IncidentBanner key={incident.cause} incident={incident} />
          ))}
          <Figures overview={value} tickets={tickets.value?.items} />
          <div class="columns board">
            <Panel title="Where activations stand">
              <StateBoard byState={value.by_state} />
            </Panel>
            <div class="stack">
              <Panel title="Money board">
                <MoneyBoard byMoney={value.by_money_state} />
              </Panel>
              <Panel title="Throughput" note="committed steps, last five minutes">
                <Throughput />
              </Panel>
              <Panel title="Orders" note="by hour, linked activations included">
                <OrdersByHour hours={value.orders_per_hour} />
              </Panel>
            </div>
          </div>
          <LiveFeed />
        </>
      )}
    </>
  );
}

function IncidentBanner({ incident }: { incident: OpenIncident }) {
  return (
    <div class="incident" role="alert" data-incident={incident.cause}>
      <strong>Incident: {incident.cause}</strong>
      <p>
        {incident.detail} One cause makes many commands fail. New commands wait with their holds alive, one probe
        tests, and work resumes by itself in waves. What blocks an activation stands on its page.
      </p>
    </div>
  );
}

function Figures(props: { overview: Overview; tickets: Ticket[] | undefined }) {
  const { by_state: byState, captured_not_confirmed: wrong, retried, activations: all, outbox } = props.overview;
  const ended = endStates.reduce((sum, state) => sum + (byState[state] ?? 0), 0);
  const scheduled = byState["Scheduled"] ?? 0;
  const { HIGH: high = 0, MEDIUM: medium = 0 } = props.overview.tickets.open;
  const open = high + medium;
  const late = props.tickets?.filter((ticket) => isLate(ticket, serverClock.now())).length ?? 0;
  const budget = props.overview.waiting_for_budget;
  const safe = wrong === 0;
  return (
    <div class="figures">
      <Figure
        name="On their way"
        value={countText(all - ended - scheduled)}
        note={`of ${countText(all)}, ${countText(scheduled)} wait for their day, ${countText(budget)} for the budget`}
        href={link(["activations"])}
        tone="busy"
      />
      <Figure
        name="Active"
        value={countText(byState["Active"] ?? 0)}
        note={`${countText(retried)} of all needed retries`}
        href={link(["activations"], { state: "Active" })}
        tone="good"
      />
      <Figure
        name="Failed"
        value={countText(byState["Failed"] ?? 0)}
        note="nobody pays for these"
        href={link(["activations"], { state: "Failed" })}
        tone={byState["Failed"] ? "bad" : "calm"}
      />
      <Figure
        name="Open tickets"
        value={countText(open)}
        note={`${countText(high)} high, ${late ? `${late} past their time` : "all within their time"}`}
        href={link(["tickets"], { state: "open" })}
        tone={late ? "bad" : open ? "wait" : "calm"}
      />
      <Figure
        name="Still owed"
        value={countText(outbox.entries)}
        note={outbox.entries ? `the oldest for ${spanText(outbox.age_ms)}` : "money and messages are out"}
        tone={outbox.age_ms > oldOutboxMs ? "wait" : "calm"}
      />
      <Figure
        name="Charged, not confirmed"
        value={countText(wrong)}
        note={safe ? "as it must be" : "this must never happen"}
        tone={safe ? "good" : "bad"}
      />
    </div>
  );
}

function Figure(props: { name: string; value: string; note: string; tone: string; href?: string }) {
  const body = (
    <>
      <span class="figure-name">{props.name}</span>
      <span class="figure-value">{props.value}</span>
      <span class="figure-note">{props.note}</span>
    </>
  );
  const classes = `figure tone-${props.tone}`;
  return props.href ? (
    <a class={classes} href={props.href} data-figure={props.name}>
      {body}
    </a>
  ) : (
    <div class={classes} data-figure={props.name}>
      {body}
    </div>
  );
}
