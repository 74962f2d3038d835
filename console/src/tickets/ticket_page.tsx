import { findActivation, findTicket } from "../api/calls";
import type { Ticket } from "../api/types";
import { categoryWords, moneyWords, plain, serviceWords, stateWords, ticketStateWords } from "../format/words";
import { useAfterChanges, useEvery, useLoad } from "../live/hooks";
import { Badge } from "../parts/badge";
import { ActivationLink, CopyableId } from "../parts/identifier";
import { Panel } from "../parts/panel";
import { Empty, Trouble, Waiting } from "../parts/trouble";
import { link } from "../shell/route";
import { TicketActions } from "./actions";
import { TicketFields } from "./fields";
import { PriorityBadge } from "./list_page";
import { Clocks } from "./sla_clock";

/** The technician's desk: the ticket, its car, its clocks and every action on one page. */
export function TicketPage(props: { id: string }) {
  const ticket = useLoad((signal) => findTicket(props.id, signal), [props.id]);
  useAfterChanges(
    ticket.reload,
    500,
    ({ activation }) => activation.ticket_id === props.id || activation.parent === ticket.value?.activation_id,
  );
  useEvery(30_000, ticket.reload);
  const value = ticket.value;
  if (!value)
    return ticket.problem ? (
      <Trouble problem={ticket.problem} retry={ticket.reload} />
    ) : (
      <Waiting what="the ticket" />
    );
  return (
    <>
      <header class="page-head">
        <div>
          <p class="crumbs">
            <a href={link(["tickets"])}>Tickets</a>
          </p>
          <h1>{value.service_name || value.service_id}</h1>
          <p class="subline">
            <CopyableId value={value.id} label="ticket id" />
            <span>{categoryWords[value.category ?? ""] ?? plain(value.category ?? "")}</span>
          </p>
        </div>
        <div class="badges">
          <PriorityBadge priority={value.priority} />
          <Badge words={ticketStateWords} value={value.state} />
        </div>
      </header>
      <div class="columns desk">
        <Panel title="Clocks" note={value.assigned_to ? `assigned to ${value.assigned_to}` : "assigned to nobody"}>
          <Clocks ticket={value} />
          <AboutActivation ticket={value} />
        </Panel>
        <Panel title="Actions" class="no-print">
          <TicketActions ticket={value} done={ticket.reload} />
        </Panel>
      </div>
      <TicketFields ticket={value} />
      <Panel title="Notes">
        <Notes notes={value.notes ?? []} />
      </Panel>
    </>
  );
}

function AboutActivation(props: { ticket: Ticket }) {
  const id = props.ticket.activation_id;
  const activation = useLoad((signal) => findActivation(id, signal), [id, props.ticket.state]);
  const row = activation.value;
  return (
    <div class="about">
      <p>
        <ActivationLink id={id} />
      </p>
      {row && (
        <p class="badges">
          <Badge words={stateWords} value={row.state} />
          <Badge words={serviceWords} value={row.service_status} />
          <Badge words={moneyWords} value={row.money_state} />
        </p>
      )}
    </div>
  );
}

function Notes(props: { notes: string[] }) {
  if (!props.notes.length) return <Empty>Nobody has written anything yet.</Empty>;
  return (
    <ol class="notes">
      {props.notes.map((note, index) => {
        const { when, text } = splitNote(note);
        return (
          <li key={index}>
            {when && <time dateTime={when}>{new Date(when).toLocaleString()}</time>}
            <span>{text}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Notes begin with their moment: `2026-11-21T06:38:14.000Z anna: called the customer`. */
function splitNote(note: string): { when: string; text: string } {
  const match = /^(\d{4}-\d\d-\d\dT\S+Z) (.*)$/s.exec(note);
  return match ? { when: match[1] ?? "", text: match[2] ?? "" } : { when: "", text: note };
}
