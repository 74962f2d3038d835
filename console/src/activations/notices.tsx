import type { Notice, Pending } from "../api/types";
import { noticeWords, plain } from "../format/words";
import { At, Countdown } from "../parts/moment";
import { Panel } from "../parts/panel";
import { Empty } from "../parts/trouble";

const outcomeTone: Record<string, string> = {
  sent: "good",
  pending: "busy",
  failed: "bad",
  unavailable: "calm",
  dropped: "calm",
};
const channelNames: Record<string, string> = { email: "E-mail", push: "Push", display: "Vehicle display" };

/** What the customer was told, on which channel, and whether it left. */
export function Notices(props: { notices: Notice[] }) {
  if (!props.notices.length) return <Empty>Nothing has been sent yet.</Empty>;
  return (
    <ul class="notices">
      {props.notices.map((notice) => (
        <li key={`${notice.event} ${notice.channel} ${notice.at}`}>
          <div>
            <strong>{noticeWords[notice.event] ?? plain(notice.event)}</strong>
            <span class="faint">{channelNames[notice.channel] ?? notice.channel}</span>
          </div>
          <div>
            <span class={`badge tone-${outcomeTone[notice.outcome] ?? "calm"}`}>{notice.outcome}</span>
            <At moment={notice.at} />
          </div>
          {notice.detail && <p class="faint">{notice.detail}</p>}
        </li>
      ))}
    </ul>
  );
}

/** What has been decided and not yet arrived: money and words that are tried until they get through. */
export function StillOwed(props: { pending: Pending[] }) {
  if (!props.pending.length) return null;
  return (
    <Panel title="Still owed">
      <ul class="notices">
        {props.pending.map((owed) => (
          <li key={owed.key}>
            <div>
              <strong>
                {owed.purpose ? plain(owed.purpose) : (noticeWords[owed.event ?? ""] ?? plain(owed.event ?? ""))}
              </strong>
              <span class="faint">{channelNames[owed.kind] ?? plain(owed.kind)}</span>
            </div>
            <div>
              <span class="faint">
                {owed.tries === 0 ? "not tried yet" : owed.tries === 1 ? "tried once" : `tried ${owed.tries} times`}
              </span>
              {owed.next_try_at && <Countdown moment={owed.next_try_at} />}
            </div>
            {owed.outcome_unknown && (
              <p class="faint">The last try may have worked: it is looked up before it is repeated.</p>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
