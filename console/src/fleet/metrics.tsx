import type { Metric } from "../api/fleet";
import { cloudName, cloudNames } from "../format/fleet_words";
import { countText } from "../format/money";
import { Empty } from "../parts/trouble";

const daysShown = 14;

/** Activated vehicles by day and cloud; an incomplete day is marked. */
export function MetricTable(props: { metrics: Metric[] }) {
  const days = [...new Set(props.metrics.map((metric) => metric.date))].slice(0, daysShown);
  const known = Object.keys(cloudNames);
  const clouds = [...new Set(props.metrics.map((metric) => metric.oem))].sort(
    (a, b) => (known.indexOf(a) + 1 || 99) - (known.indexOf(b) + 1 || 99),
  );
  if (!days.length) return <Empty>No run has written metrics yet.</Empty>;
  const of = (date: string, oem: string) =>
    props.metrics.find((metric) => metric.date === date && metric.oem === oem);
  return (
    <div class="table-frame flat">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Day</th>
            {clouds.map((oem) => (
              <th key={oem} scope="col" class="number">
                {oem === "unmapped" ? "No cloud" : cloudName(oem)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {days.map((date) => (
            <tr key={date} data-day={date}>
              <th scope="row">
                {date}
                {clouds.some((oem) => of(date, oem)?.partial) && (
                  <span class="under" title="The last run of this day did not reach every cloud.">
                    {" "}
                    incomplete
                  </span>
                )}
              </th>
              {clouds.map((oem) => (
                <td key={oem} class="number" data-label={cloudName(oem)}>
                  {countText(of(date, oem)?.nb_vehicles_activated)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
