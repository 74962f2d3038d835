const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const dayLength = 24 * hour;

export function millisOf(moment: string | null | undefined): number | undefined {
  if (!moment) return undefined;
  const millis = Date.parse(moment);
  return Number.isNaN(millis) ? undefined : millis;
}

/** The whole date in the reader's own time zone. */
export function fullTime(moment: string | null | undefined): string {
  const millis = millisOf(moment);
  return millis === undefined ? "" : dateTime.format(millis);
}

/** The time of day; with the date where it is not today's. */
export function shortTime(moment: string | null | undefined, now: number): string {
  const millis = millisOf(moment);
  if (millis === undefined) return "";
  const today = new Date(now).toDateString() === new Date(millis).toDateString();
  return today ? clock.format(millis) : `${day.format(millis)}, ${clock.format(millis)}`;
}

/** `1 h 04 min`, `4 min 10 s`, `12 s`: the two largest units. */
export function spanText(millis: number): string {
  const span = Math.max(0, Math.round(Math.abs(millis) / second)) * second;
  if (span >= 2 * dayLength)
    return `${Math.floor(span / dayLength)} days ${Math.floor((span % dayLength) / hour)} h`;
  if (span >= hour) return `${Math.floor(span / hour)} h ${pad(Math.floor((span % hour) / minute))} min`;
  if (span >= minute) return `${Math.floor(span / minute)} min ${pad(Math.floor((span % minute) / second))} s`;
  return `${span / second} s`;
}

/** `in 4 min 10 s`, `2 min 03 s ago`, `now`. */
export function relative(moment: string | null | undefined, now: number): string {
  const millis = millisOf(moment);
  if (millis === undefined) return "";
  const span = millis - now;
  if (Math.abs(span) < second) return "now";
  return span > 0 ? `in ${spanText(span)}` : `${spanText(span)} ago`;
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
