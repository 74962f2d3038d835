import { useState } from "preact/hooks";
import type { Failure, HistoryEntry } from "../api/types";
import { fullTime, millisOf, shortTime, spanText } from "../format/time";
import { categoryWords, eventWords, moneyWords, plain, serviceWords, stateWords, wordingOf } from "../format/words";
import { serverClock } from "../live/server_clock";
import { Panel } from "../parts/panel";
import { Empty } from "../parts/trouble";

/** The whole story, newest first or from the beginning, every entry with what it changed. */
export function Timeline(props: { history: HistoryEntry[] }) {
  const [newestFirst, setNewestFirst] = useState(true);
  const entries = props.history.map((entry, index) => ({ entry, before: props.history[index - 1] }));
  if (newestFirst) entries.reverse();
  const order = (
    <button type="button" class="button small no-print" onClick={() => setNewestFirst(!newestFirst)}>
      {newestFirst ? "Newest first" : "Oldest first"}
    </button>
  );
  return (
    <Panel title="Timeline" note={order}>
      {entries.length === 0 && <Empty>Nothing has happened yet.</Empty>}
      <ol class="timeline" reversed={newestFirst}>
        {entries.map(({ entry, before }) => (
          <Entry key={entry.seq} entry={entry} before={before} />
        ))}
      </ol>
    </Panel>
  );
}

function Entry(props: { entry: HistoryEntry; before: HistoryEntry | undefined }) {
  const { entry, before } = props;
  const last = entry.path[entry.path.length - 1] ?? "";
  return (
    <li class={`tone-${toneOf(entry, last)}`}>
      <div class="entry-head">
        <strong>{eventWords[entry.event] ?? plain(entry.event)}</strong>
        <span class="faint">#{entry.seq}</span>
        <time dateTime={entry.at} title={fullTime(entry.at)}>
          {shortTime(entry.at, serverClock.now())}
        </time>
        {before && <span class="faint">{gap(before.at, entry.at)}</span>}
      </div>
      <p class="path">
        {entry.path.map((state, index) => (
          <span key={index}>
            {index > 0 && " → "}
            {state}
          </span>
        ))}
      </p>
      {entry.error && <FailureLine failure={entry.error} />}
      {entry.detail && <p class="sentence">{entry.detail}</p>}
      <p class="entry-foot">
        {changes(entry, before).map((change) => (
          <span key={change}>{change}</span>
        ))}
        {entry.command_id && <code>{entry.command_id}</code>}
        {entry.actor && entry.actor !== "engine" && <span>by {entry.actor}</span>}
      </p>
    </li>
  );
}

function FailureLine(props: { failure: Failure }) {
  const { category = "", http_status: status, code, message } = props.failure;
  return (
    <p class="failure">
      <strong>{categoryWords[category] ?? plain(category)}</strong>
      {[status ? `HTTP ${status}` : "", code].filter(Boolean).map((word) => (
        <code key={word}>{word}</code>
      ))}
      {message && <span>{message}</span>}
    </p>
  );
}

function toneOf(entry: HistoryEntry, last: string): string {
  if (entry.error && last !== "Failed") return "wait";
  return wordingOf(stateWords, last).tone;
}

function gap(before: string, after: string): string {
  const span = (millisOf(after) ?? 0) - (millisOf(before) ?? 0);
  return span < 1000 ? "" : `after ${spanText(span)}`;
}

/** What this entry changed beside the state: attempts, service and money. */
function changes(entry: HistoryEntry, before: HistoryEntry | undefined): string[] {
  const lines: string[] = [];
  if (entry.attempts !== (before?.attempts ?? 0)) lines.push(`attempt ${entry.attempts}`);
  if (entry.retries !== (before?.retries ?? 0)) lines.push(`retry ${entry.retries}`);
  if (entry.service_status !== before?.service_status)
    lines.push(`service: ${wordingOf(serviceWords, entry.service_status).label}`);
  if (entry.money_state !== before?.money_state)
    lines.push(`money: ${wordingOf(moneyWords, entry.money_state).label}`);
  return lines;
}
