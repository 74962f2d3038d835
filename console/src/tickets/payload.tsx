import { Empty } from "../parts/trouble";
import { lineDifference } from "./difference";
import { pretty } from "./fields";

/** The configuration that was sent; beside it, line by line, what somebody proposes to send instead. */
export function Payload(props: { document: unknown; proposed?: unknown; by?: string | null | undefined }) {
  if (!props.document) return <Empty>No configuration is on record.</Empty>;
  const before = pretty(props.document);
  if (!props.proposed) return <pre class="json">{before}</pre>;
  return (
    <>
      <p>
        <strong>{props.by || "Somebody"}</strong> proposes a change for this activation only. A second person has to
        send the same payload to approve it.
      </p>
      <Difference before={before} after={pretty(props.proposed)} />
    </>
  );
}

export function Difference(props: { before: string; after: string }) {
  return (
    <pre class="json difference">
      {lineDifference(props.before, props.after).map((line, index) => (
        <span key={index} class={line.kind}>
          {line.kind === "added" ? "+ " : line.kind === "removed" ? "- " : "  "}
          {line.text}
          {"\n"}
        </span>
      ))}
    </pre>
  );
}
