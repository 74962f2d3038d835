import { useState } from "preact/hooks";
import { readId } from "../search/id_kind";
import { link } from "../shell/route";

/** An id in full, selectable, with a button that copies it. */
export function CopyableId(props: { value: string; label: string }) {
  const [copied, setCopied] = useState(false);
  // Plain http outside of loopback has no clipboard: then the text can still be selected.
  if (!props.value || !navigator.clipboard) return <code class="id">{props.value || "–"}</code>;
  const copy = async () => {
    await navigator.clipboard.writeText(props.value);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <span class="copyable">
      <code class="id">{props.value}</code>
      <button
        type="button"
        class="copy"
        aria-label={`Copy ${props.label}`}
        title={`Copy ${props.label}`}
        onClick={() => void copy()}
      >
        {copied ? "copied" : "copy"}
      </button>
    </span>
  );
}

export function ActivationLink(props: { id: string; children?: preact.ComponentChildren }) {
  return (
    <a class="id" href={link(["activations", props.id])}>
      {props.children ?? props.id}
    </a>
  );
}

export function TicketLink(props: { id: string }) {
  return (
    <a class="id" href={link(["tickets", props.id])}>
      {props.id}
    </a>
  );
}

/** A VIN leads to everything that was ordered for the car; a masked one, as viewers get it, leads nowhere. */
export function VinLink(props: { vin: string }) {
  if (readId(props.vin).kind !== "vin") return <span class="id">{props.vin}</span>;
  return (
    <a class="id" href={link(["activations"], { vin: props.vin })}>
      {props.vin}
    </a>
  );
}

export function CustomerLink(props: { id: string }) {
  return (
    <a class="id" href={link(["activations"], { customer: props.id })}>
      {props.id}
    </a>
  );
}

export function ServiceLink(props: { id: string }) {
  return (
    <a class="id" href={link(["services", props.id])}>
      {props.id}
    </a>
  );
}
