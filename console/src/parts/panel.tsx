import type { ComponentChildren } from "preact";

export function Panel(props: {
  title: string;
  note?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    <section class={`panel ${props.class ?? ""}`} aria-label={props.title}>
      <header class="panel-head">
        <h2>{props.title}</h2>
        {props.note && <div class="panel-note">{props.note}</div>}
      </header>
      {props.children}
    </section>
  );
}
