import type { FleetRun } from "../api/fleet";
import { cloudName, runKindWords, runStateWords } from "../format/fleet_words";
import { countText } from "../format/money";
import { Badge } from "../parts/badge";
import { At } from "../parts/moment";
import { Empty } from "../parts/trouble";

/** Runs of this node, newest first: how far they are, and what they led to. */
export function RunList(props: { runs: FleetRun[] }) {
  if (!props.runs.length) return <Empty>This node has begun no run yet.</Empty>;
  return (
    <ol class="runs">
      {props.runs.map((run) => (
        <li key={run.id} data-run={run.id} data-state={run.state}>
          <div class="entry-head">
            <strong>{runKindWords[run.kind] ?? run.kind}</strong>
            <Badge words={runStateWords} value={run.state} />
            <At moment={run.begun_at} />
            <code class="faint">{run.id}</code>
          </div>
          <p class="entry-foot">{run.state === "running" ? <Progress run={run} /> : outcome(run)}</p>
        </li>
      ))}
    </ol>
  );
}

function Progress({ run }: { run: FleetRun }) {
  return (
    <>
      {Object.entries(run.progress).map(([oem, { done, total }]) => (
        <span key={oem}>
          {cloudName(oem)} {countText(done)} of {countText(total)}
        </span>
      ))}
    </>
  );
}

function outcome(run: FleetRun): string {
  if (run.error) return run.error.detail;
  const { summary } = run;
  if (!summary) return "";
  const counts: [number, string][] = [
    [summary.activated, "activated"],
    [summary.deactivated, "deactivated"],
    [summary.pending, "pending"],
    [summary.failed, "failed"],
  ];
  const words = counts.filter(([count]) => count > 0).map(([count, what]) => `${countText(count)} ${what}`);
  const told = words.length ? words.join(", ") : "nothing to do";
  return `${told}, of ${countText(summary.vehicles)} vehicles${summary.interrupted ? "; interrupted" : ""}`;
}
