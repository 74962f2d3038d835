import { useNow } from "../live/hooks";
import { serverClock } from "../live/server_clock";
import { fullTime, relative, shortTime } from "../format/time";

/** A moment as the time of day, the whole date on hover. */
export function At(props: { moment: string | null | undefined }) {
  if (!props.moment) return <span class="faint">–</span>;
  return (
    <time dateTime={props.moment} title={fullTime(props.moment)}>
      {shortTime(props.moment, serverClock.now())}
    </time>
  );
}

/** `in 4 min 10 s`, counting by itself. */
export function Countdown(props: { moment: string | null | undefined }) {
  const now = useNow();
  if (!props.moment) return null;
  return (
    <time class="countdown" dateTime={props.moment} title={fullTime(props.moment)}>
      {relative(props.moment, now)}
    </time>
  );
}
