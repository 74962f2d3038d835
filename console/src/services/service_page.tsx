import { useState } from "preact/hooks";
import { findService, putService } from "../api/calls";
import { asProblem, type Problem } from "../api/problem";
import type { Service } from "../api/types";
import { useLoad } from "../live/hooks";
import { At } from "../parts/moment";
import { Panel } from "../parts/panel";
import { Trouble, Waiting } from "../parts/trouble";
import { link } from "../shell/route";
import { Difference } from "../tickets/payload";
import { documentOf, formOf, lists, type ServiceForm } from "./service_form";

/** One entry of the catalogue. Orders that were accepted keep the template they came with. */
export function ServicePage(props: { id: string; isNew: boolean }) {
  const service = useLoad(
    (signal) =>
      props.isNew
        ? Promise.resolve<Service>({ id: props.id, name: "", template: {} })
        : findService(props.id, signal),
    [props.id, props.isNew],
  );
  const value = service.value;
  if (!value)
    return service.problem ? (
      <Trouble problem={service.problem} retry={service.reload} />
    ) : (
      <Waiting what="the service" />
    );
  return (
    <>
      <header class="page-head">
        <div>
          <p class="crumbs">
            <a href={link(["services"])}>Services</a>
          </p>
          <h1>{value.name || "New service"}</h1>
          <p class="subline">
            <code class="id">{value.id}</code>
            {value.version !== undefined && <span>version {value.version}</span>}
            {value.updated_at && (
              <span>
                updated <At moment={value.updated_at} />
              </span>
            )}
          </p>
        </div>
      </header>
      <Editor key={`${value.id} ${value.version ?? 0}`} service={value} stored={service.put} />
    </>
  );
}

function Editor(props: { service: Service; stored: (service: Service) => void }) {
  const original = formOf(props.service);
  const [form, setForm] = useState(original);
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem>();
  const document = documentOf(props.service, form);
  const changed = JSON.stringify(form) !== JSON.stringify(original);

  const save = async (event: Event) => {
    event.preventDefault();
    if (!document || busy) return;
    setBusy(true);
    setProblem(undefined);
    try {
      props.stored(await putService(props.service.id, document));
      setSaid("Saved. New orders use this version.");
    } catch (reason) {
      setProblem(asProblem(reason));
    }
    setBusy(false);
  };

  return (
    <form class="stack" onSubmit={(event) => void save(event)}>
      <div class="columns even">
        <Panel title="What is sold">
          <Fields form={form} change={(part) => setForm({ ...form, ...part })} />
        </Panel>
        <Panel title="Template" note="sent to the car as it is">
          <label class="field">
            <span class="sr-only">Template, a JSON object</span>
            <textarea
              class="code"
              rows={14}
              spellcheck={false}
              value={form.template}
              onInput={(event) => setForm({ ...form, template: event.currentTarget.value })}
            />
          </label>
          {!document && <p class="invalid">The template is not a JSON object yet.</p>}
        </Panel>
      </div>
      {changed && document && form.template !== original.template && (
        <Panel title="Change of the template">
          <Difference before={original.template} after={form.template} />
        </Panel>
      )}
      <Trouble problem={problem} />
      <p class="form-foot no-print">
        <button type="submit" class="button primary" disabled={!changed || !document || !form.name.trim() || busy}>
          {busy ? "Saving…" : "Save"}
        </button>
        {changed && (
          <button type="button" class="button plain" onClick={() => setForm(original)}>
            Undo changes
          </button>
        )}
        <span role="status">{changed ? "" : said}</span>
      </p>
    </form>
  );
}

function Fields(props: { form: ServiceForm; change: (part: Partial<ServiceForm>) => void }) {
  const { form, change } = props;
  return (
    <div class="stack">
      <label class="field">
        <span>Name, as customers read it</span>
        <input
          value={form.name}
          required
          maxLength={200}
          onInput={(event) => change({ name: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>Description</span>
        <textarea
          rows={2}
          maxLength={2000}
          value={form.description}
          onInput={(event) => change({ description: event.currentTarget.value })}
        />
      </label>
      <label class="field">
        <span>Lowest firmware</span>
        <input
          value={form.min_firmware}
          maxLength={128}
          spellcheck={false}
          placeholder="any"
          onInput={(event) => change({ min_firmware: event.currentTarget.value })}
        />
      </label>
      {lists.map(({ name, label }) => (
        <label class="field" key={name}>
          <span>{label}, separated by commas</span>
          <input
            value={form[name]}
            spellcheck={false}
            onInput={(event) => change({ [name]: event.currentTarget.value })}
          />
        </label>
      ))}
      <label class="choice">
        <input
          type="checkbox"
          checked={form.parked}
          onChange={(event) => change({ parked: event.currentTarget.checked })}
        />
        <span>Only while the car is parked</span>
      </label>
    </div>
  );
}
