import { ExplainBox } from "../activations/explain_box";
import { explain } from "../api/explain";
import { findVehicle, vehicleHistory, type Vehicle } from "../api/fleet";
import { cloudName, standingWords, yesNo } from "../format/fleet_words";
import { useEvery, useLoad } from "../live/hooks";
import { Badge } from "../parts/badge";
import { Facts } from "../parts/facts";
import { CopyableId, VinLink } from "../parts/identifier";
import { At } from "../parts/moment";
import { Panel } from "../parts/panel";
import { Trouble, Waiting } from "../parts/trouble";
import { link } from "../shell/route";
import { VehicleTimeline } from "./vehicle_timeline";

/** One vehicle's data connection: what is wanted, what its cloud has, why, and who can change it. */
export function VehiclePage(props: { vin: string }) {
  const { vin } = props;
  const vehicle = useLoad((signal) => findVehicle(vin, signal), [vin]);
  const history = useLoad((signal) => vehicleHistory(vin, signal), [vin]);
  const explanation = useLoad((signal) => explain(vin, signal), [vin]);
  useEvery(5_000, () => (vehicle.reload(), history.reload(), explanation.reload()));
  const row = vehicle.value;
  if (!row)
    return vehicle.problem ? (
      <Trouble problem={vehicle.problem} retry={vehicle.reload} />
    ) : (
      <Waiting what="the vehicle" />
    );
  const told = explanation.value?.fleet?.explanation;
  return (
    <>
      <header class="page-head">
        <div>
          <p class="crumbs">
            <a href={link(["fleet"])}>Fleet</a>
          </p>
          <h1>
            Vehicle <code>{row.vin}</code>
          </h1>
          <p class="subline">
            <CopyableId value={row.vin} label="VIN" />
            <Badge words={standingWords} value={row.standing} />
          </p>
        </div>
      </header>
      {row.reason && <WhatToDo vehicle={row} />}
      <Panel title="Why, and what next">
        {told && <ExplainBox explanation={told} />}
        <Trouble problem={explanation.problem} retry={explanation.reload} />
      </Panel>
      <div class="columns story">
        <div>
          <Trouble problem={history.problem} retry={history.reload} />
          {history.value && <VehicleTimeline entries={history.value} />}
        </div>
        <div class="stack">
          <Panel title="Facts">
            <VehicleFacts vehicle={row} />
          </Panel>
        </div>
      </div>
    </>
  );
}

/** The reason in three parts: what it is, what to do, and who. */
function WhatToDo({ vehicle }: { vehicle: Vehicle }) {
  const { reason } = vehicle;
  if (!reason) return null;
  return (
    <Panel title="Reason" class={vehicle.blocked ? "tone-bad" : "tone-wait"}>
      <Facts
        items={[
          { name: "What it is", value: reason.text },
          { name: "What to do", value: reason.todo },
          { name: "Who", value: reason.who },
          { name: "The cloud said", value: vehicle.oem_detail },
        ]}
      />
    </Panel>
  );
}

function VehicleFacts({ vehicle }: { vehicle: Vehicle }) {
  return (
    <Facts
      items={[
        { name: "Cloud", value: cloudName(vehicle.oem) },
        { name: "Fleet", value: vehicle.fleet },
        { name: "Make, model", value: [vehicle.make, vehicle.model, vehicle.type].filter(Boolean).join(", ") },
        { name: "Requested", value: yesNo(vehicle.activation_requested_status, "on", "off") },
        { name: "First day", value: vehicle.activation_start_date },
        { name: "Ends before", value: vehicle.activation_end_date },
        { name: "Status", value: vehicle.activation_status_message },
        { name: "Asked for", value: <At moment={vehicle.accepted_at} /> },
        { name: "Read", value: <At moment={vehicle.observed_at} /> },
        { name: "Contract until", value: <At moment={vehicle.valid_until} /> },
        { name: "Battery model known", value: vehicle.is_processed ? "yes" : "no" },
        { name: "Comment", value: vehicle.activation_comment },
        { name: "Orders for it", value: <VinLink vin={vehicle.vin} /> },
      ]}
    />
  );
}
