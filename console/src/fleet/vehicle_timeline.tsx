import type { VehicleEntry } from "../api/fleet";
import { cloudName, yesNo } from "../format/fleet_words";
import { At } from "../parts/moment";
import { Panel } from "../parts/panel";
import { Empty } from "../parts/trouble";

/** Everything that became of a vehicle, newest first. */
export function VehicleTimeline(props: { entries: VehicleEntry[] }) {
  const entries = [...props.entries].reverse();
  return (
    <Panel title="History">
      {entries.length === 0 && <Empty>Nothing has happened yet.</Empty>}
      <ol class="timeline" reversed>
        {entries.map((entry) => (
          <li key={entry.number} class={`tone-${toneOf(entry)}`} data-entry={entry.number}>
            <div class="entry-head">
              <strong>{sentence(entry.activation_status_message)}</strong>
              <span class="faint">#{entry.number}</span>
              <At moment={entry.at} />
            </div>
            {entry.reason && <p class="failure">{entry.reason}</p>}
            {entry.oem_detail && <p class="sentence">{entry.oem_detail}</p>}
            <p class="entry-foot">
              {foot(entry).map((word) => (
                <span key={word}>{word}</span>
              ))}
              {entry.run && <code>{entry.run}</code>}
            </p>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

/** `ACTIVATION PENDING` as people write it. */
function sentence(message: string | null): string {
  const words = (message ?? "on record").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function toneOf(entry: VehicleEntry): string {
  const message = entry.activation_status_message ?? "";
  if (message.includes("FAILED")) return "bad";
  if (message.includes("PENDING") || message.includes("REQUESTED")) return "busy";
  return entry.activation_status ? "good" : "calm";
}

function foot(entry: VehicleEntry): string[] {
  return [
    entry.oem ? cloudName(entry.oem) : "",
    yesNo(entry.activation_requested_status, "requested on", "requested off"),
    yesNo(entry.activation_status, "is on", "is off"),
  ].filter(Boolean);
}
