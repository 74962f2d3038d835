import { stateWords, wordingOf } from "../format/words";
import { addedStates, cell, corner, diagramEdges, drawEdge, places, size, walk } from "./diagram_layout";

/** The brief's state diagram with the way that this activation has gone. */
export function Diagram(props: { history: { path: string[] }[]; state: string }) {
  const { states, edges } = walk(props.history);
  const known = new Set(diagramEdges.map(([from, to]) => `${from}>${to}`));
  const ruled = [...edges.keys()].filter((key) => !known.has(key)).map((key) => key.split(">") as [string, string]);
  const here = wordingOf(stateWords, props.state).label;
  return (
    <div class="diagram-scroll" tabIndex={0} role="region" aria-label="State diagram">
      <svg
        class="diagram"
        viewBox={`0 0 ${size.width} ${size.height}`}
        role="img"
        aria-label={`Way through the states; now ${here}`}
      >
        <defs>
          <Arrow id="arrow" class="arrow" />
          <Arrow id="arrow-walked" class="arrow walked" />
        </defs>
        <AttemptFrame />
        {[...diagramEdges, ...ruled].map(([from, to]) => (
          <Edge
            key={`${from}>${to}`}
            from={from}
            to={to}
            passed={edges.get(`${from}>${to}`) ?? 0}
            dashed={!known.has(`${from}>${to}`)}
          />
        ))}
        {Object.keys(places).map((state) => (
          <Box key={state} state={state} visits={states.get(state) ?? 0} current={state === props.state} />
        ))}
      </svg>
    </div>
  );
}

function Arrow(props: { id: string; class: string }) {
  return (
    <marker
      id={props.id}
      viewBox="0 0 8 8"
      refX="6.5"
      refY="4"
      markerWidth="7"
      markerHeight="7"
      orient="auto-start-reverse"
    >
      <path class={props.class} d="M0.5 0.5L7.5 4L0.5 7.5z" />
    </marker>
  );
}

function AttemptFrame() {
  const from = corner({ column: 1, row: 1 });
  const to = corner({ column: 3, row: 4 });
  return (
    <g>
      <rect
        class="frame"
        x={from.x - 12}
        y={from.y - 12}
        rx="10"
        width={to.x - from.x + cell.boxWidth + 24}
        height={to.y - from.y + cell.boxHeight + 24}
      />
      <text class="frame-name" x={from.x} y={to.y + cell.boxHeight + 2}>
        AttemptingActivation
      </text>
    </g>
  );
}

function Edge(props: { from: string; to: string; passed: number; dashed: boolean }) {
  const from = places[props.from];
  const to = places[props.to];
  if (!from || !to) return null;
  const { path, label } = drawEdge(from, to);
  const walked = props.passed > 0;
  return (
    <g class={`edge ${walked ? "walked" : ""} ${props.dashed ? "dashed" : ""}`}>
      <path d={path} marker-end={`url(#${walked ? "arrow-walked" : "arrow"})`} />
      {props.passed > 1 && (
        <text x={label.x} y={label.y} class={label.side}>
          {props.passed}×
        </text>
      )}
    </g>
  );
}

function Box(props: { state: string; visits: number; current: boolean }) {
  const place = places[props.state];
  if (!place) return null;
  const { x, y } = corner(place);
  const wording = wordingOf(stateWords, props.state);
  const classes = ["state", `tone-${wording.tone}`];
  if (props.visits) classes.push("visited");
  if (props.current) classes.push("current");
  if (addedStates.has(props.state)) classes.push("added");
  return (
    <g class={classes.join(" ")} data-state={props.state}>
      <title>{`${wording.label}. ${wording.meaning}${props.visits > 1 ? ` Passed ${props.visits} times.` : ""}`}</title>
      <rect x={x} y={y} width={cell.boxWidth} height={cell.boxHeight} rx="7" />
      <text x={x + cell.boxWidth / 2} y={y + cell.boxHeight / 2 + 4}>
        {props.state}
      </text>
    </g>
  );
}
