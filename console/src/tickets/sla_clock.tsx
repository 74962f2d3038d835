import type { Ticket } from "../api/types";
import { useNow } from "../live/hooks";
import { nextClock, slaClocks, type SlaClock } from "./sla";

/** The clock that runs out next, for lists. */
export function NextClock(props: { ticket: Ticket }) {
  const now = useNow();
  const clock = nextClock(props.ticket, now);
  if (!clock) return <span class="faint">–</span>;
  return <ClockLine clock={clock} />;
}

export function Clocks(props: { ticket: Ticket }) {
  const now = useNow();
  return (
    <div class="clocks">
      {slaClocks(props.ticket, now).map((clock) => (
        <ClockLine key={clock.name} clock={clock} />
      ))}
    </div>
  );
}

function ClockLine(props: { clock: SlaClock }) {
  const { name, used, tone, words } = props.clock;
  return (
    <div class={`clock tone-${tone}`}>
      <span class="clock-name">{name}</span>
      <span class="clock-words">{words}</span>
      <progress max={1} value={used} aria-label={`${name}: ${Math.round(used * 100)} % of the time used`} />
    </div>
  );
}
