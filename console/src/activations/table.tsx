import type { Activation } from "../api/types";
import { moneyWords, serviceWords, stateWords } from "../format/words";
import { Badge } from "../parts/badge";
import { At, Countdown } from "../parts/moment";
import { Empty } from "../parts/trouble";
import { link } from "../shell/route";

/** One activation a row; on a narrow screen one a card. */
export function ActivationTable(props: { rows: Activation[]; empty: string }) {
  if (!props.rows.length) return <Empty>{props.empty}</Empty>;
  return (
    <div class="table-frame">
      <table class="list">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">VIN</th>
            <th scope="col">Engine</th>
            <th scope="col">Service status</th>
            <th scope="col">Money</th>
            <th scope="col" class="number">
              Attempts
            </th>
            <th scope="col">Next</th>
            <th scope="col">Updated</th>
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <Row key={row.id} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row(props: { row: Activation }) {
  const { row } = props;
  return (
    <tr data-id={row.id}>
      <th scope="row">
        <a class="row-link" data-row href={link(["activations", row.id])}>
          {row.action === "deactivate" && <span class="faint">Switch off: </span>}
          {row.service_name || row.service_id}
        </a>
        <div class="under">
          <code>{row.order_id}</code>
        </div>
      </th>
      <td data-label="VIN">
        <code>{row.vin}</code>
      </td>
      <td data-label="Engine">
        <Badge words={stateWords} value={row.state} />
      </td>
      <td data-label="Service status">
        <Badge words={serviceWords} value={row.service_status} />
      </td>
      <td data-label="Money">
        <Badge words={moneyWords} value={row.money_state} />
      </td>
      <td
        data-label="Attempts"
        class="number"
        title={`${row.attempts} attempts, of which ${row.retries} were retries`}
      >
        {row.attempts}
      </td>
      <td data-label="Next">
        {row.next_action_at ? <Countdown moment={row.next_action_at} /> : <span class="faint">–</span>}
      </td>
      <td data-label="Updated">
        <At moment={row.updated_at} />
      </td>
    </tr>
  );
}
