import { listActivations } from "../api/calls";
import type { Activation } from "../api/types";
import { plain, stateWords } from "../format/words";
import { useAfterChanges, useLoad } from "../live/hooks";
import { Badge } from "../parts/badge";
import { ActivationLink } from "../parts/identifier";
import { At } from "../parts/moment";
import { Panel } from "../parts/panel";
import { readId } from "../search/id_kind";

/** What was started because of this activation: its end on the day, a rollback, a technician's retry. */
export function Followers(props: { of: Activation }) {
  const { id, vin } = props.of;
  const followers = useLoad(
    // A viewer's VIN is masked: the list cannot be asked for it.
    async (signal) =>
      readId(vin).kind === "vin"
        ? (await listActivations({ vin }, undefined, signal)).items.filter((one) => one.parent === id)
        : [],
    [id, vin],
  );
  useAfterChanges(followers.reload, 500, (change) => change.activation.parent === id);
  if (!followers.value?.length) return null;
  return (
    <Panel title="What followed from it">
      <ul class="notices">
        {followers.value.map((one) => (
          <li key={one.id}>
            <div>
              <ActivationLink id={one.id}>{plain(one.reason ?? one.action)}</ActivationLink>
              <Badge words={stateWords} value={one.state} />
            </div>
            <div>
              <span class="faint">{one.action === "deactivate" ? "Switch off" : "Switch on"}</span>
              {one.next_action_at && <At moment={one.next_action_at} />}
            </div>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
