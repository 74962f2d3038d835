import { useEffect } from "preact/hooks";
import { ExplainBox } from "../activations/explain_box";
import { ActivationTable } from "../activations/table";
import { listActivations } from "../api/calls";
import type { Problem } from "../api/problem";
import { explain, type Explanation } from "../api/explain";
import type { Activation } from "../api/types";
import { useLoad } from "../live/hooks";
import { ActivationLink } from "../parts/identifier";
import { Panel } from "../parts/panel";
import { Trouble, Waiting } from "../parts/trouble";
import { link } from "../shell/route";
import { readId, type IdKind } from "./id_kind";

interface Found {
  explanation: Explanation;
  /** Everything that was ordered for a vehicle. */
  activations: Activation[];
}

/** Where an id leads: straight to its page where there is one, to all of a vehicle's activations for a VIN. */
export function FindPage(props: { id: string }) {
  const { kind, id } = readId(props.id);
  const found = useLoad((signal) => find(id, kind, signal), [id, kind]);
  const target = destination(id, kind, found.value);
  useEffect(() => {
    // The search itself is no place to come back to.
    if (target) location.replace(target);
  }, [target]);
  if (target) return null;
  if (found.problem) return <NotFound id={props.id} problem={found.problem} />;
  if (!found.value) return <Waiting what={`what is known about ${props.id}`} />;
  const { explanation, activations } = found.value;
  return (
    <>
      <header class="page-head">
        <h1>
          Vehicle <code>{id}</code>
        </h1>
      </header>
      <ActivationTable rows={activations} empty="Nothing was ordered for it." />
      {explanation.activation && (
        <Panel
          title="Why, and what next"
          note={<ActivationLink id={explanation.subject}>newest activation</ActivationLink>}
        >
          <ExplainBox explanation={explanation} />
        </Panel>
      )}
      {explanation.fleet && (
        <Panel title="Data connection" note={<a href={link(["fleet", id])}>vehicle of the fleet</a>}>
          <ExplainBox explanation={explanation.fleet.explanation} />
        </Panel>
      )}
    </>
  );
}

function NotFound(props: { id: string; problem: Problem }) {
  return (
    <>
      <h1>
        Nothing under <code>{props.id}</code>
      </h1>
      <Trouble problem={props.problem} />
      <p>
        Ids of activations, commands, tickets, orders and payments lead on, in full. Vehicles are found by all
        seventeen characters of their VIN.
      </p>
    </>
  );
}

async function find(id: string, kind: IdKind, signal: AbortSignal): Promise<Found | undefined> {
  if (kind === "activation" || kind === "ticket") return undefined;
  const explanation = await explain(id, signal);
  const activations = kind === "vin" ? (await listActivations({ vin: id }, undefined, signal)).items : [];
  return { explanation, activations };
}

function destination(id: string, kind: IdKind, found: Found | undefined): string {
  if (kind === "activation") return link(["activations", id]);
  if (kind === "ticket") return link(["tickets", id]);
  return kind === "other" && found ? link(["activations", found.explanation.subject]) : "";
}
