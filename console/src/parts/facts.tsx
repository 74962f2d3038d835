import type { ComponentChildren } from "preact";

export interface Fact {
  name: string;
  value: ComponentChildren;
}

/** Names and values in two columns; a missing value is a dash, never nothing. */
export function Facts(props: { items: Fact[] }) {
  return (
    <dl class="facts">
      {props.items.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value === undefined || value === null || value === "" ? <span class="faint">–</span> : value}</dd>
        </div>
      ))}
    </dl>
  );
}
