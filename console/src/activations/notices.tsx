import type { Notice, Pending } from "../api/types";
import { noticeWords, plain } from "../format/words";
import { At, Countdown } from "../parts/moment";
import { Panel } from "../parts/panel";
import { Empty } from "../parts/trouble";

const outcomeTone: Record<string, string> = { sent: "good", pending: "busy", failed: "bad" };
const channelNames: Record<string, string> = {
  email: "E-mail",
  push: "Push",
  display: "Display",
  money: "Payment",
};

const eventOrder = Object.keys(noticeWords);

/** What the customer was told, on which channels, and whether it left. */
export function Notices(props: { notices: Notice[] }) {
  if (!props.notices.length) return <Empty>Nothing has been sent yet.</Empty>;
  return (
    <ul class="notices">
      {byEvent(props.notices).map((notices) => (
        <li key={notices[0]?.event}>
          <div>
            <strong>{nameOf(notices[0]?.event)}</strong>
            <At moment={notices[0]?.at} />
          </div>
          <div class="badges">
            {notices.map(({ channel, outcome, detail }) => (
              <span
                key={channel}
                class={`badge tone-${outcomeTone[outcome] ?? "calm"}`}
                title={detail || undefined}
              >
                {channelNames[channel] ?? channel}: {outcome}
              </span>
            ))}
          </div>
        </li>
      ))}
    </ul>
  );
}

function byEvent(notices: Notice[]): Notice[][] {
  const groups = new Map<string, Notice[]>();
  for (const notice of notices) groups.set(notice.event, [...(groups.get(notice.event) ?? []), notice]);
  const place = (notices: Notice[]) => eventOrder.indexOf(notices[0]?.event ?? "");
  return [...groups.values()].sort((a, b) => place(a) - place(b));
}

function nameOf(event: string | undefined): string {
  return noticeWords[event ?? ""] ?? plain(event ?? "");
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
              <strong>{owed.purpose ? plain(owed.purpose) : nameOf(owed.event)}</strong>
              <span class="faint">{channelNames[owed.kind] ?? plain(owed.kind)}</span>
            </div>
            <div>
              <span class="faint">{triesText(owed.tries)}</span>
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

function triesText(tries: number): string {
  if (tries === 0) return "not tried yet";
  return tries === 1 ? "tried once" : `tried ${tries} times`;
}
