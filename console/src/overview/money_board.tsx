import { countText } from "../format/money";
import { moneyWords, wordingOf } from "../format/words";

const rows: { name: string; states: string[] }[] = [
  { name: "Promised", states: ["held", "prepaid"] },
  { name: "Moving", states: ["capturing", "releasing", "refunding"] },
  { name: "Settled", states: ["captured", "released", "refunded", "written_off"] },
];

/** Where the money is: promised, moving, settled. */
export function MoneyBoard(props: { byMoney: Record<string, number> }) {
  return (
    <div class="money-board">
      {rows.map(({ name, states }) => (
        <section key={name} aria-label={name}>
          <h3>{name}</h3>
          <div class="money-cells">
            {states.map((state) => (
              <Cell key={state} state={state} count={props.byMoney[state] ?? 0} />
            ))}
          </div>
        </section>
      ))}
    </div>
  );
}

function Cell(props: { state: string; count: number }) {
  const wording = wordingOf(moneyWords, props.state);
  return (
    <div
      class={`money-cell tone-${wording.tone} ${props.count ? "" : "nobody"}`}
      title={wording.meaning}
      data-money={props.state}
    >
      <span class="money-count">{countText(props.count)}</span>
      <span class="money-name">{wording.label}</span>
    </div>
  );
}
