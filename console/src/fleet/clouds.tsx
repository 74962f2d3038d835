import type { CloudTotal } from "../api/fleet";
import { cloudName } from "../format/fleet_words";
import { countText } from "../format/money";
import { Empty } from "../parts/trouble";
import { link } from "../shell/route";

/** One bar a cloud: how many of its vehicles are active. Each leads to its list. */
export function CloudBoard(props: { totals: CloudTotal[] }) {
  if (!props.totals.length) return <Empty>No vehicle is on record.</Empty>;
  return (
    <div class="cloud-board">
      {props.totals.map((total) => (
        <Bar key={total.oem} total={total} />
      ))}
    </div>
  );
}

function Bar({ total }: { total: CloudTotal }) {
  const body = (
    <>
      <span class="bar-name">{cloudName(total.oem)}</span>
      <progress max={Math.max(1, total.vehicles)} value={total.active} aria-hidden="true" />
      <span class="bar-count">
        {countText(total.active)} of {countText(total.vehicles)}
      </span>
    </>
  );
  if (!total.oem)
    return (
      <div class="bar tone-wait" data-cloud="none" title="Vehicles of makes that no cloud serves">
        {body}
      </div>
    );
  return (
    <a class="bar tone-good" href={link(["fleet"], { oem: total.oem })} data-cloud={total.oem}>
      {body}
    </a>
  );
}
