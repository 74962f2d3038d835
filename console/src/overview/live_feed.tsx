import { useEffect, useState } from "preact/hooks";
import { feed } from "../live/feed";
import { eventWords, moneyWords, plain, stateWords } from "../format/words";
import { Badge } from "../parts/badge";
import { Panel } from "../parts/panel";
import { Empty } from "../parts/trouble";
import { link } from "../shell/route";

const shown = 15;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** The newest committed steps. Bursts are drawn at most four times a second. */
export function LiveFeed() {
  const [changes, setChanges] = useState(feed.recent);
  const [paused, setPaused] = useState(false);
  useEffect(() => {
    if (paused) return;
    setChanges(feed.recent);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = feed.onChange(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setChanges(feed.recent);
      }, 250);
    });
    return () => (stop(), clearTimeout(timer));
  }, [paused]);
  const pause = (
    <button type="button" class="button small no-print" aria-pressed={paused} onClick={() => setPaused(!paused)}>
      {paused ? "Go on" : "Pause"}
    </button>
  );
  return (
    <Panel title="Live" note={pause}>
      {changes.length === 0 && <Empty>Nothing has happened since this page was opened.</Empty>}
      {changes.length > 0 && (
        <div class="table-frame flat">
          <table class="list feed" aria-live="off">
            <tbody>
              {changes.slice(0, shown).map(({ serial, at, activation, event, path }) => (
                <tr key={serial}>
                  <td class="when">{clock.format(Date.parse(at))}</td>
                  <td class="feed-name">
                    <a href={link(["activations", activation.id])}>
                      {activation.service_name || activation.service_id}
                    </a>
                  </td>
                  <td class="feed-vin">
                    <code>{activation.vin}</code>
                  </td>
                  <td class="feed-event" title={path.join(" → ")}>
                    {eventWords[event] ?? plain(event)}
                  </td>
                  <td class="feed-state">
                    <Badge words={stateWords} value={activation.state} />
                  </td>
                  <td class="feed-money">
                    <Badge words={moneyWords} value={activation.money_state} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}
