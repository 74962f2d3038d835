import type { Overview } from "../api/overview";
import { countText } from "../format/money";

const width = 300;
const height = 64;
const gap = 2;
const hourText = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** The last day's orders, a bar an hour. */
export function OrdersByHour(props: { hours: Overview["orders_per_hour"] }) {
  const largest = Math.max(4, ...props.hours.map((hour) => hour.orders));
  const sum = props.hours.reduce((all, hour) => all + hour.orders, 0);
  const step = width / Math.max(1, props.hours.length);
  return (
    <figure class="throughput" data-orders={sum}>
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${sum} orders in the last day`}
        preserveAspectRatio="none"
      >
        {props.hours.map(({ from, orders }, index) => {
          const tall = Math.max(1, (orders / largest) * (height - 2));
          return (
            <rect
              key={from}
              x={index * step + gap / 2}
              width={step - gap}
              y={height - tall}
              height={tall}
              rx="1"
              class={orders ? "some" : "none"}
            >
              <title>{`from ${hourText.format(Date.parse(from))}: ${countText(orders)}`}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        <strong>{countText(sum)}</strong> orders in the last day
      </figcaption>
    </figure>
  );
}
