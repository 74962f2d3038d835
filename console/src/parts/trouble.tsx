import type { Problem } from "../api/problem";

/** What went wrong, in words, with the way out. */
export function Trouble(props: { problem: Problem | undefined; retry?: (() => void) | undefined }) {
  if (!props.problem) return null;
  const { title, detail, findings } = props.problem;
  return (
    <div class="trouble" role="alert">
      <strong>{title}</strong>
      {detail && <p>{detail}</p>}
      {findings.length > 0 && (
        <ul>
          {findings.map((finding) => (
            <li key={finding}>{finding}</li>
          ))}
        </ul>
      )}
      {props.retry && (
        <button type="button" class="button small" onClick={props.retry}>
          Try again
        </button>
      )}
    </div>
  );
}

export function Waiting(props: { what: string }) {
  return (
    <p class="waiting" role="status">
      Loading {props.what}…
    </p>
  );
}

export function Empty(props: { children: preact.ComponentChildren }) {
  return <p class="empty">{props.children}</p>;
}
