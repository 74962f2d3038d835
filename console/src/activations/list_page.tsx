import { useState } from "preact/hooks";
import { listActivations } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { Activation } from "../api/types";
import { stateOrder, stateWords } from "../format/words";
import { useChanges, useLoad } from "../live/hooks";
import { useRowKeys } from "../parts/rows";
import { Trouble, Waiting } from "../parts/trouble";
import { go } from "../shell/route";
import { ActivationTable } from "./table";

interface Properties {
  state: string;
  vin: string;
  customer: string;
}

/** All activations that match, newest first, kept up to date by the stream. */
export function ActivationsPage(filter: Properties) {
  const first = useLoad(
    (signal) => listActivations(filter, undefined, signal),
    [filter.state, filter.vin, filter.customer],
  );
  const [more, setMore] = useState<{ of: unknown; items: Activation[]; cursor: string }>();
  const [newer, setNewer] = useState<{ of: unknown; ids: Set<string> }>();
  const [problem, setProblem] = useState<Problem>();
  useRowKeys();

  const page = first.value;
  // Rows read under another filter, or before a reload, are not this list's.
  const later = more && more.of === page ? more : undefined;
  const arrived = newer && newer.of === page ? newer.ids : undefined;
  const [updates, setUpdates] = useState(new Map<string, Activation>());
  const rows = page ? [...page.items, ...(later?.items ?? [])].map((row) => newest(row, updates.get(row.id))) : [];
  const cursor = later ? later.cursor : (page?.next_cursor ?? "");

  useChanges(({ activation }) => {
    if (!page) return;
    if (rows.some((row) => row.id === activation.id))
      setUpdates((last) => new Map(last).set(activation.id, activation));
    else if (matches(activation, filter)) setNewer({ of: page, ids: new Set(arrived).add(activation.id) });
  });

  const loadMore = async () => {
    try {
      const next = await listActivations(filter, cursor);
      setMore({ of: page, items: [...(later?.items ?? []), ...next.items], cursor: next.next_cursor ?? "" });
      setProblem(undefined);
    } catch (reason) {
      setProblem(asProblem(reason));
    }
  };

  return (
    <>
      <header class="page-head">
        <h1>Activations</h1>
        <Filters key={`${filter.vin}|${filter.customer}`} {...filter} />
      </header>
      <Trouble problem={first.problem} retry={first.reload} />
      {!page && first.loading && <Waiting what="activations" />}
      {arrived && arrived.size > 0 && (
        <button type="button" class="arrived" onClick={first.reload}>
          {arrived.size === 1 ? "1 more matches now" : `${arrived.size} more match now`}: show
        </button>
      )}
      {page && (
        <ActivationTable
          rows={rows}
          empty={isFiltered(filter) ? "Nothing matches these filters." : "No orders have come yet."}
        />
      )}
      <Trouble problem={problem} />
      {cursor && (
        <p class="more">
          <button type="button" class="button" onClick={() => void loadMore()}>
            Load older ones
          </button>
        </p>
      )}
    </>
  );
}

function Filters(filter: Properties) {
  const set = (change: Partial<Properties>) => go(["activations"], { ...filter, ...change });
  const [vin, setVin] = useState(filter.vin);
  const [customer, setCustomer] = useState(filter.customer);
  const submit = (event: Event) => {
    event.preventDefault();
    set({ vin: vin.trim().toUpperCase(), customer: customer.trim() });
  };
  return (
    <form class="filters no-print" onSubmit={submit}>
      <label>
        <span>State</span>
        <select value={filter.state} onChange={(event) => set({ state: event.currentTarget.value })}>
          <option value="">All states</option>
          {stateOrder.map((state) => (
            <option key={state} value={state}>
              {stateWords[state]?.label ?? state}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span>VIN</span>
        <input
          value={vin}
          onInput={(event) => setVin(event.currentTarget.value)}
          size={18}
          maxLength={17}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <label>
        <span>Customer</span>
        <input
          value={customer}
          onInput={(event) => setCustomer(event.currentTarget.value)}
          size={14}
          maxLength={128}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="button">
        Filter
      </button>
      {isFiltered(filter) && (
        <button
          type="button"
          class="button plain"
          onClick={() => (setVin(""), setCustomer(""), go(["activations"]))}
        >
          Clear
        </button>
      )}
    </form>
  );
}

function isFiltered(filter: Properties): boolean {
  return Boolean(filter.state || filter.vin || filter.customer);
}

function matches(activation: Activation, filter: Properties): boolean {
  return (
    (!filter.state || activation.state === filter.state) &&
    (!filter.vin || activation.vin === filter.vin) &&
    (!filter.customer || activation.customer_id === filter.customer)
  );
}

function newest(stored: Activation, streamed: Activation | undefined): Activation {
  return streamed && streamed.updated_at > stored.updated_at ? streamed : stored;
}
