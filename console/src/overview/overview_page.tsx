import { listTickets } from "../api/calls";
import type { Ticket } from "../api/types";
import { countText } from "../format/money";
import { endStates } from "../format/words";
import { useAfterChanges, useEvery, useLoad } from "../live/hooks";
import { serverClock } from "../live/server_clock";
import { Panel } from "../parts/panel";
import { Trouble, Waiting } from "../parts/trouble";
import { link } from "../shell/route";
import { isLate } from "../tickets/sla";
import { LiveFeed } from "./live_feed";
import { loadOverview, type Overview } from "./load";
import { MoneyBoard } from "./money_board";
import { StateBoard } from "./state_board";
import { Throughput } from "./throughput";

const ticketsShown = 200;

/** How everything stands, without a reload. */
export function OverviewPage() {
  const overview = useLoad(loadOverview, []);
  const tickets = useLoad((signal) => listTickets("open", undefined, signal, ticketsShown), []);
  useAfterChanges(overview.reload, 1000);
  useAfterChanges(tickets.reload, 3000, (change) => Boolean(change.activation.ticket_id));
  useEvery(15_000, () => (overview.reload(), tickets.reload()));
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
          {value.brakePulled && <IncidentBanner />}
          <Figures overview={value} tickets={tickets.value?.items} more={Boolean(tickets.value?.next_cursor)} />
          <div class="columns board">
            <Panel title="Where activations stand">
              <StateBoard byState={value.byState} />
            </Panel>
            <div class="stack">
              <Panel title="Money board">
                <MoneyBoard byMoney={value.byMoney} />
              </Panel>
              <Panel title="Throughput" note="committed steps, last five minutes">
                <Throughput />
              </Panel>
            </div>
          </div>
          <LiveFeed />
        </>
      )}
    </>
  );
}

function IncidentBanner() {
  return (
    <div class="incident" role="alert">
      <strong>Incident: the brake is pulled</strong>
      <p>
        One cause makes many commands fail. New commands wait with their holds alive, one probe tests, and work
        resumes by itself in waves. What blocks an activation stands on its page.
      </p>
    </div>
  );
}

function Figures(props: { overview: Overview; tickets: Ticket[] | undefined; more: boolean }) {
  const { byState, capturedNotConfirmed, retried, complete } = props.overview;
  const all = Object.values(byState).reduce((sum, one) => sum + one, 0);
  const ended = endStates.reduce((sum, state) => sum + (byState[state] ?? 0), 0);
  const scheduled = byState["Scheduled"] ?? 0;
  const open = props.tickets?.length;
  const late = props.tickets?.filter((ticket) => isLate(ticket, serverClock.now())).length ?? 0;
  const safe = capturedNotConfirmed === 0;
  return (
    <div class="figures">
      <Figure
        name="On their way"
        value={countText(all - ended - scheduled)}
        note={`${complete ? "of" : "of the newest"} ${countText(all)}, ${countText(scheduled)} wait for their day`}
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
        value={countText(open) + (props.more ? "+" : "")}
        note={late ? `${late} past their time` : "all within their time"}
        href={link(["tickets"], { state: "open" })}
        tone={late ? "bad" : open ? "wait" : "calm"}
      />
      <Figure
        name="Charged, not confirmed"
        value={countText(capturedNotConfirmed)}
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
