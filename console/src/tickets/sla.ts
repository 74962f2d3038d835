import type { Ticket } from "../api/types";
import { millisOf, spanText } from "../format/time";
import type { Tone } from "../format/words";

export interface SlaClock {
  name: string;
  /** Share of the time that is gone, 0 to 1. */
  used: number;
  tone: Tone;
  words: string;
  /** Milliseconds until it is due, negative when late; for sorting. */
  left: number;
  running: boolean;
}

/** The two clocks of a ticket: the first answer and the solution. Warnings at 50 and 80 percent. */
export function slaClocks(ticket: Ticket, now: number): SlaClock[] {
  const paused = ticket.state === "waiting_customer";
  const clocks = [
    clock(
      "Answer",
      ticket.opened_at,
      ticket.sla.respond_by,
      ticket.sla.responded_at ?? ticket.ended_at,
      now,
      false,
    ),
    clock("Solve", ticket.opened_at, ticket.sla.solve_by, ticket.ended_at, now, paused),
  ];
  return clocks.filter((one): one is SlaClock => one !== undefined);
}

/** The clock that runs out next; nothing where none runs. */
export function nextClock(ticket: Ticket, now: number): SlaClock | undefined {
  return slaClocks(ticket, now)
    .filter((one) => one.running)
    .sort((a, b) => a.left - b.left)[0];
}

export function isLate(ticket: Ticket, now: number): boolean {
  return slaClocks(ticket, now).some((one) => one.running && one.left < 0);
}

function clock(
  name: string,
  opened: string,
  due: string | null | undefined,
  met: string | null | undefined,
  now: number,
  paused: boolean,
): SlaClock | undefined {
  const start = millisOf(opened);
  const end = millisOf(due);
  if (start === undefined || end === undefined) return undefined;
  const stop = millisOf(met);
  const at = stop ?? now;
  const left = end - at;
  const used = Math.min(1, Math.max(0, (at - start) / Math.max(1, end - start)));
  if (stop !== undefined)
    return {
      name,
      used,
      left,
      running: false,
      tone: left < 0 ? "bad" : "good",
      words: left < 0 ? `${spanText(left)} late` : `met after ${spanText(at - start)}`,
    };
  if (paused) return { name, used, left, running: false, tone: "calm", words: "paused: waiting for the customer" };
  const tone = used >= 0.8 || left < 0 ? "bad" : used >= 0.5 ? "wait" : "good";
  return {
    name,
    used,
    left,
    running: true,
    tone,
    words: left < 0 ? `${spanText(left)} overdue` : `${spanText(left)} left`,
  };
}
