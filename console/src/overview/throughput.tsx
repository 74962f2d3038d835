import { useNow } from "../live/hooks";
import { tally } from "../live/tally";

const width = 300;
const height = 64;
const gap = 2;

/** Committed steps in each ten seconds, drawn by hand: thirty bars need no library. */
export function Throughput() {
  useNow();
  const counts = tally.lastBuckets(Date.now());
  const largest = Math.max(4, ...counts);
  const step = width / counts.length;
  const perMinute = counts.slice(-6).reduce((sum, one) => sum + one, 0);
  return (
    <figure class="throughput">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${perMinute} steps in the last minute`}
        preserveAspectRatio="none"
      >
        {counts.map((count, index) => {
          const tall = (count / largest) * (height - 2);
          return (
            <rect
              key={index}
              x={index * step + gap / 2}
              width={step - gap}
              y={height - Math.max(1, tall)}
              height={Math.max(1, tall)}
              rx="1"
              class={count ? "some" : "none"}
            />
          );
        })}
      </svg>
      <figcaption>
        <strong>{perMinute}</strong> steps in the last minute
      </figcaption>
    </figure>
  );
}
