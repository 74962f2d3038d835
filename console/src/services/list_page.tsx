import { useState } from "preact/hooks";
import { listServices } from "../api/calls";
import { useLoad } from "../live/hooks";
import { At } from "../parts/moment";
import { useRowKeys } from "../parts/rows";
import { Empty, Trouble, Waiting } from "../parts/trouble";
import { go, link } from "../shell/route";

/** The catalogue: what a customer can buy for a vehicle. */
export function ServicesPage() {
  const services = useLoad((signal) => listServices(signal), []);
  const rows = services.value?.items ?? [];
  useRowKeys();
  return (
    <>
      <header class="page-head">
        <h1>Services</h1>
        <NewService />
      </header>
      <Trouble problem={services.problem} retry={services.reload} />
      {!services.value && services.loading && <Waiting what="services" />}
      {services.value && !rows.length && (
        <Empty>The catalogue is empty. Name and template suffice for a first service.</Empty>
      )}
      {rows.length > 0 && (
        <div class="table-frame">
          <table class="list">
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Id</th>
                <th scope="col" class="number">
                  Version
                </th>
                <th scope="col">Template switches</th>
                <th scope="col">Conditions</th>
                <th scope="col">Updated</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    <a class="row-link" data-row href={link(["services", row.id])}>
                      {row.name}
                    </a>
                  </th>
                  <td data-label="Id">
                    <code>{row.id}</code>
                  </td>
                  <td data-label="Version" class="number">
                    {row.version ?? "–"}
                  </td>
                  <td data-label="Template">
                    <code>{Object.keys(row.template ?? {}).join(", ") || "nothing"}</code>
                  </td>
                  <td data-label="Conditions">{conditions(row) || <span class="faint">none</span>}</td>
                  <td data-label="Updated">
                    <At moment={row.updated_at} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function NewService() {
  const [id, setId] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (id.trim()) go(["services", id.trim()], { new: "1" });
  };
  return (
    <form class="filters no-print" onSubmit={submit}>
      <label>
        <span>New service id</span>
        <input
          value={id}
          onInput={(event) => setId(event.currentTarget.value)}
          size={18}
          maxLength={128}
          autocomplete="off"
          spellcheck={false}
        />
      </label>
      <button type="submit" class="button" disabled={!id.trim()}>
        Add…
      </button>
    </form>
  );
}

function conditions(service: Record<string, unknown>): string {
  const parked = (service.preconditions as { parked?: boolean } | undefined)?.parked ? "parked" : "";
  const firmware =
    typeof service.min_firmware === "string" && service.min_firmware ? `firmware ≥ ${service.min_firmware}` : "";
  const models = list("models", service.compatible_models);
  return [parked, firmware, models, list("needs", service.requires), list("excludes", service.conflicts)]
    .filter(Boolean)
    .join(" · ");
}

function list(name: string, items: unknown): string {
  return Array.isArray(items) && items.length ? `${name} ${items.join(", ")}` : "";
}
