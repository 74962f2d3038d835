import type { ComponentChildren } from "preact";
import type { Explained } from "../api/explain";
import { At, Countdown } from "../parts/moment";

/** Why is it where it is, and what happens next and when. */
export function ExplainBox(props: { explanation: Explained }) {
  const { wanted, observed, blocked_by: obstacles, next, next_at: nextAt, money } = props.explanation;
  return (
    <>
      <div class="explain">
        <Cell name="Wanted">
          <Words text={wanted} />
        </Cell>
        <Cell name="Observed">
          <Words text={observed} />
          {money && <p class="faint">{money}</p>}
        </Cell>
        <Cell name="What blocks it" tone={obstacles.length ? "wait" : "good"}>
          {obstacles.length ? obstacles.map((one) => <Words key={one} text={one} />) : <p>Nothing.</p>}
        </Cell>
        <Cell name="Next" tone={nextAt ? "busy" : undefined}>
          <Words text={next} />
          {nextAt && (
            <p class="explain-when">
              <Countdown moment={nextAt} />{" "}
              <span class="faint">
                at <At moment={nextAt} />
              </span>
            </p>
          )}
        </Cell>
      </div>
      <Plan explanation={props.explanation} />
    </>
  );
}

function Cell(props: { name: string; tone?: string | undefined; children: ComponentChildren }) {
  return (
    <div class={`explain-cell ${props.tone ? `tone-${props.tone}` : ""}`}>
      <h3>{props.name}</h3>
      {props.children}
    </div>
  );
}

/** A sentence of the server, begun with a capital, its moments as the reader writes them. */
function Words(props: { text: string }) {
  const parts = props.text.split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/);
  return (
    <p class="sentence">{parts.map((part, index) => (index % 2 ? <At key={index} moment={part} /> : part))}</p>
  );
}

function Plan(props: { explanation: Explained }) {
  const { remaining = [], escalation_at: escalation } = props.explanation;
  if (!remaining.length && !escalation) return null;
  return (
    <div class="plan">
      <h3>Still to come, if each attempt is refused at once</h3>
      <ol>
        {remaining.map(({ attempt, not_before: from }) => (
          <li key={attempt}>
            Attempt {attempt} <At moment={from} />
          </li>
        ))}
        {escalation && (
          <li class="tone-bad">
            Escalation <At moment={escalation} />
          </li>
        )}
      </ol>
    </div>
  );
}
