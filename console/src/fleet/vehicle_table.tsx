import type { Vehicle } from "../api/fleet";
import { cloudName, standingWords } from "../format/fleet_words";
import { Badge } from "../parts/badge";
import { At } from "../parts/moment";
import { Empty } from "../parts/trouble";
import { readId } from "../search/id_kind";
import { link } from "../shell/route";

/** One vehicle a row; on a narrow screen one a card. */
export function VehicleTable(props: { rows: Vehicle[]; filtered: boolean }) {
  if (!props.rows.length)
    return <Empty>{props.filtered ? "Nothing matches these filters." : "No vehicle is on record."}</Empty>;
  return (
    <div class="table-frame">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">VIN</th>
            <th scope="col">Cloud</th>
            <th scope="col">Wanted</th>
            <th scope="col">At its cloud</th>
            <th scope="col">Who must act</th>
            <th scope="col">Read</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <Row key={row.vin} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { row: Vehicle }) {
  // A masked VIN, as viewers get it, leads nowhere.
  const isWhole = readId(row.vin).kind === "vin";
  return (
    <tr data-id={row.vin}>
      <th scope="row">
        {isWhole ? (
          <a class="row-link" data-row href={link(["fleet", row.vin])}>
            <code>{row.vin}</code>
          </a>
        ) : (
          <code>{row.vin}</code>
        )}
        {row.fleet && <div class="under">{row.fleet}</div>}
      </th>
      <td data-label="Cloud">{cloudName(row.oem)}</td>
      <td data-label="Wanted">
        {row.wanted.active ? "On" : "Off"} <span class="under">{row.wanted.why}</span>
      </td>
      <td data-label="At its cloud">
        <Badge words={standingWords} value={row.standing} />
      </td>
      <td data-label="Who must act">{row.reason ? row.reason.who : <span class="faint">–</span>}</td>
      <td data-label="Read">
        <At moment={row.observed_at} />
      </td>
    </tr>
  );
}
