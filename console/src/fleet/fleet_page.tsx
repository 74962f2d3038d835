import { useState } from "preact/hooks";
import {
  beginRun,
  cloudTotals,
  fleetMetrics,
  fleetRuns,
  listVehicles,
  type Vehicle,
  type VehicleFilter,
} from "../api/fleet";
import { asProblem, type Problem } from "../api/problem";
import { newKey } from "../api/request";
import { cloudNames } from "../format/fleet_words";
import { useEvery, useLoad } from "../live/hooks";
import { Panel } from "../parts/panel";
import { useRowKeys } from "../parts/rows";
import { Trouble, Waiting } from "../parts/trouble";
import { go } from "../shell/route";
import { CloudBoard } from "./clouds";
import { MetricTable } from "./metrics";
import { RunList } from "./runs";
import { VehicleTable } from "./vehicle_table";

/** Data connections of all vehicles: how many each cloud has, runs, the days before, and the vehicles. */
export function FleetPage(filter: VehicleFilter) {
  const totals = useLoad(cloudTotals, []);
  const runs = useLoad(fleetRuns, []);
  const metrics = useLoad(fleetMetrics, []);
  useEvery(5_000, () => (totals.reload(), runs.reload()));
  return (
    <>
      <header class="page-head">
        <h1>Fleet</h1>
        <Filters key={filter.fleet} {...filter} />
      </header>
      <div class="columns board">
        <Panel title="Active by cloud">
          <Trouble problem={totals.problem} retry={totals.reload} />
          {totals.value && <CloudBoard totals={totals.value} />}
        </Panel>
        <Panel title="Runs" note={<RunButton done={runs.reload} />}>
          <Trouble problem={runs.problem} retry={runs.reload} />
          {runs.value && <RunList runs={runs.value} />}
        </Panel>
      </div>
      <Vehicles {...filter} />
      <Panel title="Activated by day" note="as the last run of each day left it">
        <Trouble problem={metrics.problem} retry={metrics.reload} />
        {metrics.value && <MetricTable metrics={metrics.value} />}
      </Panel>
    </>
  );
}

function RunButton(props: { done: () => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const run = async () => {
    setBusy(true);
    try {
      await beginRun(newKey());
      setProblem(undefined);
      props.done();
    } catch (reason) {
      setProblem(asProblem(reason));
    }
    setBusy(false);
  };
  return (
    <span class="no-print">
      <button type="button" class="button small" disabled={busy} onClick={() => void run()}>
        Run now
      </button>
      <Trouble problem={problem} />
    </span>
  );
}

/** In the store's own order, page after page. */
function Vehicles(filter: VehicleFilter) {
  const first = useLoad(
    (signal) => listVehicles(filter, undefined, signal),
    [filter.oem, filter.status, filter.fleet],
  );
  const [more, setMore] = useState<{ of: unknown; items: Vehicle[]; cursor: string }>();
  const [problem, setProblem] = useState<Problem>();
  useRowKeys();
  const page = first.value;
  // Rows that were read under another filter are not this list's.
  const later = more && more.of === page ? more : undefined;
  const cursor = later ? later.cursor : (page?.next_cursor ?? "");
  const loadMore = async () => {
    try {
      const next = await listVehicles(filter, cursor);
      setMore({ of: page, items: [...(later?.items ?? []), ...next.items], cursor: next.next_cursor ?? "" });
      setProblem(undefined);
    } catch (reason) {
      setProblem(asProblem(reason));
    }
  };
  return (
    <>
      <Trouble problem={first.problem} retry={first.reload} />
      {!page && first.loading && <Waiting what="vehicles" />}
      {page && <VehicleTable rows={[...page.items, ...(later?.items ?? [])]} filtered={isFiltered(filter)} />}
      <Trouble problem={problem} />
      {cursor && (
        <p class="more">
          <button type="button" class="button" onClick={() => void loadMore()}>
            Load more vehicles
          </button>
        </p>
      )}
    </>
  );
}

function Filters(filter: VehicleFilter) {
  const set = (change: Partial<VehicleFilter>) => go(["fleet"], { ...filter, ...change });
  const [fleet, setFleet] = useState(filter.fleet);
  return (
    <form class="filters no-print" onSubmit={(event) => (event.preventDefault(), set({ fleet: fleet.trim() }))}>
      <label>
        <span>Cloud</span>
        <select value={filter.oem} onChange={(event) => set({ oem: event.currentTarget.value })}>
          <option value="">All clouds</option>
          {Object.entries(cloudNames).map(([oem, name]) => (
            <option key={oem} value={oem}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>Status</span>
        <select value={filter.status} onChange={(event) => set({ status: event.currentTarget.value })}>
          <option value="">On and off</option>
          <option value="true">On</option>
          <option value="false">Off</option>
        </select>
      </label>
      <label>
        <span>Fleet</span>
        <input
          value={fleet}
          onInput={(event) => setFleet(event.currentTarget.value)}
          size={14}
          maxLength={100}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="button">
        Filter
      </button>
      {isFiltered(filter) && (
        <button type="button" class="button plain" onClick={() => (setFleet(""), go(["fleet"]))}>
          Clear
        </button>
      )}
    </form>
  );
}

function isFiltered(filter: VehicleFilter): boolean {
  return Boolean(filter.oem || filter.status || filter.fleet);
}
