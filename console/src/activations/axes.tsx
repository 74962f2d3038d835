import type { Activation } from "../api/types";
import { moneyWords, serviceWords, stateWords, wordingOf, type Wording } from "../format/words";

/** Engine, service and money side by side: three questions, three answers, never one merged word. */
export function Axes(props: { activation: Activation }) {
  const { state, service_status, money_state } = props.activation;
  return (
    <div class="axes">
      <Axis name="Engine state" value={state} words={stateWords} exact />
      <Axis name="Service status" value={service_status} words={serviceWords} />
      <Axis name="Money" value={money_state} words={moneyWords} />
    </div>
  );
}

function Axis(props: { name: string; value: string; words: Record<string, Wording>; exact?: boolean }) {
  const wording = wordingOf(props.words, props.value);
  return (
    <section
      class={`axis tone-${wording.tone}`}
      aria-label={props.name}
      data-axis={props.name}
      data-value={props.value}
    >
      <h2>{props.name}</h2>
      <p class="axis-value">{wording.label}</p>
      <p class="axis-meaning">{wording.meaning}</p>
      {props.exact && wording.label !== props.value && <code class="faint">{props.value}</code>}
    </section>
  );
}
