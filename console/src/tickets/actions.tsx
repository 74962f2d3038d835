import { useState } from "preact/hooks";
import { actOnTicket, type TicketBody } from "../api/calls";
import { newKey } from "../api/request";
import type { Ticket } from "../api/types";
import { Dialog } from "../parts/dialog";
import { ActivationLink } from "../parts/identifier";
import { actions, type TicketAction } from "./action_list";
import { Difference } from "./payload";
import { pretty } from "./fields";
import { PriceChoice, emptyPrice, priceBody, priceReady, type Price } from "./price_choice";

/** Every action that the desk knows; those that need words or a decision ask for them. */
export function TicketActions(props: { ticket: Ticket; done: () => void }) {
  const [asked, setAsked] = useState<TicketAction>();
  const [outcome, setOutcome] = useState<{ action: TicketAction; started: string | undefined }>();
  const ended = props.ticket.state === "resolved" || props.ticket.state === "closed";
  if (ended) return <p class="empty">This ticket has ended. Its story stays as it is.</p>;
  return (
    <>
      <div class="action-grid">
        {actions.map((action) => (
          <button
            key={action.name}
            type="button"
            class="button action"
            data-action={action.name}
            onClick={() => setAsked(action)}
          >
            <strong>{action.label}</strong>
            <span>{action.effect}</span>
          </button>
        ))}
      </div>
      <p class="said" role="status">
        {outcome && `Done: ${outcome.action.label}. `}
        {outcome?.started && <ActivationLink id={outcome.started}>Follow the new activation</ActivationLink>}
      </p>
      {asked && (
        <ActionDialog
          key={asked.name}
          ticket={props.ticket}
          action={asked}
          close={() => setAsked(undefined)}
          done={(started) => (setOutcome({ action: asked, started }), props.done())}
        />
      )}
    </>
  );
}

interface DialogProperties {
  ticket: Ticket;
  action: TicketAction;
  close: () => void;
  done: (started: string | undefined) => void;
}

function ActionDialog({ ticket, action, close, done }: DialogProperties) {
  const original = pretty(ticket.proposed_configuration || ticket.configuration_payload || {});
  const [words, setWords] = useState("");
  const [payload, setPayload] = useState(original);
  const [price, setPrice] = useState<Price>(() => emptyPrice(ticket));
  const [key] = useState(newKey);
  const document = action.asksPayload ? readObject(payload) : undefined;
  const ready =
    words.trim() !== "" &&
    (!action.asksPrice || priceReady(price)) &&
    (!action.asksPayload || document !== undefined);

  const act = async () => {
    const body: TicketBody = { action: action.name, text: words.trim() };
    if (action.asksPrice) Object.assign(body, priceBody(price));
    if (action.asksPayload) body.configuration = document;
    const { started } = await actOnTicket(ticket.id, body, key);
    done(started?.id);
  };

  return (
    <Dialog
      title={action.label}
      confirm={action.confirm}
      dangerous={action.name === "close"}
      ready={ready}
      act={act}
      close={close}
    >
      <p>{action.explanation}</p>
      {action.asksPrice && <PriceChoice price={price} change={setPrice} />}
      {action.asksPayload && (
        <label class="field">
          <span>Configuration for this activation only</span>
          <textarea
            class="code"
            rows={9}
            spellcheck={false}
            value={payload}
            onInput={(event) => setPayload(event.currentTarget.value)}
          />
          {!document && <em class="invalid">This is not a JSON object yet.</em>}
        </label>
      )}
      {action.asksPayload && document && (
        <Difference before={pretty(ticket.configuration_payload)} after={pretty(document)} />
      )}
      <label class="field">
        <span>{action.wordsLabel}</span>
        <textarea
          rows={3}
          maxLength={2000}
          required
          autoFocus={!action.asksPrice}
          value={words}
          onInput={(event) => setWords(event.currentTarget.value)}
        />
      </label>
    </Dialog>
  );
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return parsed && typeof parsed === "object" && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
