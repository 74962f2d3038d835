import { useState } from "preact/hooks";
import { activationStory, cancelActivation, findActivation } from "../api/calls";
import { explain } from "../api/explain";
import { newKey } from "../api/request";
import type { Activation } from "../api/types";
import { useAfterChanges, useChanges, useLoad } from "../live/hooks";
import { Dialog } from "../parts/dialog";
import { CopyableId, VinLink } from "../parts/identifier";
import { Panel } from "../parts/panel";
import { Trouble, Waiting } from "../parts/trouble";
import { link } from "../shell/route";
import { ActivationFacts } from "./activation_facts";
import { Axes } from "./axes";
import { Diagram } from "./diagram";
import { ExplainBox } from "./explain_box";
import { Followers } from "./followers";
import { Notices, StillOwed } from "./notices";
import { Timeline } from "./timeline";

/** The whole story of one activation on one page. */
export function ActivationPage(props: { id: string }) {
  const { id } = props;
  const activation = useLoad((signal) => findActivation(id, signal), [id]);
  const story = useLoad((signal) => activationStory(id, signal), [id]);
  const explanation = useLoad((signal) => explain(id, signal), [id]);
  useChanges((change) => change.activation.id === id && activation.put(change.activation));
  const reload = () => (activation.reload(), story.reload(), explanation.reload());
  useAfterChanges(reload, 300, (change) => change.activation.id === id);

  const row = activation.value;
  if (!row)
    return activation.problem ? (
      <Trouble problem={activation.problem} retry={activation.reload} />
    ) : (
      <Waiting what="the activation" />
    );
  const history = story.value?.entries ?? [];
  return (
    <>
      <Head activation={row} reload={reload} />
      <Axes activation={row} />
      <Panel title="Why, and what next">
        {explanation.value && <ExplainBox explanation={explanation.value} />}
        <Trouble problem={explanation.problem} retry={explanation.reload} />
      </Panel>
      <Panel title="Way through the states" class="wide">
        <Diagram history={history} state={row.state} />
      </Panel>
      <div class="columns story">
        <div>
          <Trouble problem={story.problem} retry={story.reload} />
          {story.value && <Timeline history={history} />}
        </div>
        <div class="stack">
          <Panel title="Facts">
            <ActivationFacts activation={row} />
          </Panel>
          <Panel title="Notices to the customer">
            <Notices notices={story.value?.notices ?? []} />
          </Panel>
          <Followers of={row} />
          <StillOwed pending={story.value?.pending ?? []} />
        </div>
      </div>
    </>
  );
}

function Head(props: { activation: Activation; reload: () => void }) {
  const { activation } = props;
  const [asking, setAsking] = useState(false);
  return (
    <header class="page-head">
      <div>
        <p class="crumbs">
          <a href={link(["activations"])}>Activations</a>
        </p>
        <h1>
          {activation.action === "deactivate" && "Switch off: "}
          {activation.service_name || activation.service_id}
        </h1>
        <p class="subline">
          <CopyableId value={activation.id} label="activation id" />
          <VinLink vin={activation.vin} />
        </p>
      </div>
      <div class="actions no-print">
        {activation.ticket_id && (
          <a class="button" href={link(["tickets", activation.ticket_id])}>
            Open ticket
          </a>
        )}
        {isCancelable(activation) && (
          <button type="button" class="button danger-plain" onClick={() => setAsking(true)}>
            Cancel…
          </button>
        )}
      </div>
      {asking && <CancelDialog activation={activation} close={() => setAsking(false)} done={props.reload} />}
    </header>
  );
}

const cancelable = new Set([
  "Scheduled",
  "QueuedForActivation",
  "WaitingBudget",
  "SendingCommand",
  "WaitingResponse",
  "WaitingBackoff",
  "MaxRetriesExceeded",
]);
function isCancelable(activation: Activation): boolean {
  return cancelable.has(activation.state);
}

function CancelDialog(props: { activation: Activation; close: () => void; done: () => void }) {
  const [reason, setReason] = useState("");
  const [key] = useState(newKey);
  const act = async () => {
    await cancelActivation(props.activation.id, reason.trim(), key);
    props.done();
  };
  return (
    <Dialog
      title="Cancel this activation?"
      confirm="Cancel the activation"
      dangerous
      ready={reason.trim() !== ""}
      act={act}
      close={props.close}
    >
      <p>
        No further command is sent and the money goes back. If a command may have reached the car, the feature is
        switched off again.
      </p>
      <label class="field">
        <span>Reason, for the record</span>
        <textarea
          rows={3}
          maxLength={2000}
          required
          autoFocus
          value={reason}
          onInput={(event) => setReason(event.currentTarget.value)}
        />
      </label>
    </Dialog>
  );
}
