import { useState } from "preact/hooks";
import { listTickets } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { Ticket } from "../api/types";
import { categoryWords, plain, ticketStateWords } from "../format/words";
import { useAfterChanges, useEvery, useLoad } from "../live/hooks";
import { serverClock } from "../live/server_clock";
import { Badge } from "../parts/badge";
import { At } from "../parts/moment";
import { useRowKeys } from "../parts/rows";
import { Empty, Trouble, Waiting } from "../parts/trouble";
import { go, link } from "../shell/route";
import { nextClock } from "./sla";
import { NextClock } from "./sla_clock";

/** The desk: what runs out first stands first. */
export function TicketsPage(props: { state: string }) {
  const tickets = useLoad((signal) => listTickets(props.state || undefined, undefined, signal), [props.state]);
  const [more, setMore] = useState<{ of: unknown; items: Ticket[]; cursor: string }>();
  const [problem, setProblem] = useState<Problem>();
  // A reload in the background would drop the pages that were loaded by hand.
  const refresh = () => more?.of === tickets.value || tickets.reload();
  useAfterChanges(refresh, 2000, (change) => Boolean(change.activation.ticket_id));
  useEvery(30_000, refresh);
  useRowKeys();

  const page = tickets.value;
  const later = more && more.of === page ? more : undefined;
  const cursor = later ? later.cursor : (page?.next_cursor ?? "");
  const rows = page ? sorted([...page.items, ...(later?.items ?? [])]) : [];
  const loadMore = async () => {
    try {
      const next = await listTickets(props.state || undefined, cursor);
      setMore({ of: page, items: [...(later?.items ?? []), ...next.items], cursor: next.next_cursor ?? "" });
      setProblem(undefined);
    } catch (reason) {
      setProblem(asProblem(reason));
    }
  };

  return (
    <>
      <header class="page-head">
        <h1>Tickets</h1>
        <StateTabs state={props.state} />
      </header>
      <Trouble problem={tickets.problem} retry={tickets.reload} />
      {!page && tickets.loading && <Waiting what="tickets" />}
      {page && rows.length === 0 && (
        <Empty>{props.state ? "No ticket is in this state." : "No activation has needed a technician."}</Empty>
      )}
      {rows.length > 0 && <Table rows={rows} />}
      <Trouble problem={problem} />
      {cursor && (
        <p class="more">
          <button type="button" class="button" onClick={() => void loadMore()}>
            Load older ones
          </button>
        </p>
      )}
    </>
  );
}

function StateTabs(props: { state: string }) {
  const tabs = [["", "All"], ...Object.entries(ticketStateWords).map(([state, words]) => [state, words.label])] as [
    string,
    string,
  ][];
  return (
    <nav class="tabs no-print" aria-label="Ticket state">
      {tabs.map(([state, label]) => (
        <button
          key={state}
          type="button"
          aria-pressed={state === props.state}
          onClick={() => go(["tickets"], { state })}
        >
          {label}
        </button>
      ))}
    </nav>
  );
}

function Table(props: { rows: Ticket[] }) {
  return (
    <div class="table-frame">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Ticket</th>
            <th scope="col">Priority</th>
            <th scope="col">State</th>
            <th scope="col">What failed</th>
            <th scope="col">VIN</th>
            <th scope="col">Clock</th>
            <th scope="col">Assigned to</th>
            <th scope="col">Opened</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={row.id} data-id={row.id}>
              <th scope="row">
                <a class="row-link" data-row href={link(["tickets", row.id])}>
                  {row.service_name || row.service_id}
                </a>
                <div class="under">
                  <code>{row.id}</code>
                </div>
              </th>
              <td data-label="Priority">
                <PriorityBadge priority={row.priority} />
              </td>
              <td data-label="State">
                <Badge words={ticketStateWords} value={row.state} />
              </td>
              <td data-label="What failed">
                {categoryWords[row.category ?? ""] ?? plain(row.category ?? "")}
                {row.last_error_code && (
                  <div class="under">
                    <code>{row.last_error_code}</code>
                  </div>
                )}
              </td>
              <td data-label="VIN">
                <code>{row.vin}</code>
              </td>
              <td data-label="Clock" class="clock-cell">
                <NextClock ticket={row} />
              </td>
              <td data-label="Assigned to">{row.assigned_to || <span class="faint">nobody</span>}</td>
              <td data-label="Opened">
                <At moment={row.opened_at} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function PriorityBadge(props: { priority: string }) {
  const high = props.priority === "HIGH";
  return (
    <span
      class={`badge tone-${high ? "bad" : "calm"}`}
      title={high ? "The customer has paid and waits." : "Nobody has paid and waits."}
    >
      {props.priority}
    </span>
  );
}

/** Running clocks first, the one that runs out next at the top. */
function sorted(tickets: Ticket[]): Ticket[] {
  const now = serverClock.now();
  const left = (ticket: Ticket) => nextClock(ticket, now)?.left ?? Number.MAX_SAFE_INTEGER;
  return [...tickets].sort((a, b) => left(a) - left(b) || b.opened_at.localeCompare(a.opened_at));
}
