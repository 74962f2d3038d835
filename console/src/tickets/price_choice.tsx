import type { Ticket } from "../api/types";
import { moneyText } from "../format/money";

/** Who pays for a new attempt. Nothing is preselected: it has to be decided. */
export interface Price {
  choice: "" | "grant" | "authorization";
  provider: "stripe" | "external";
  transactionId: string;
  consent: boolean;
  amount: { amount: number; currency: string } | undefined;
}

export function emptyPrice(ticket: Ticket): Price {
  return {
    choice: "",
    provider: "stripe",
    transactionId: "",
    consent: false,
    amount: ticket.payment_amount ?? undefined,
  };
}

export function priceReady(price: Price): boolean {
  if (price.choice === "grant") return true;
  return (
    price.choice === "authorization" &&
    price.transactionId.trim() !== "" &&
    price.consent &&
    price.amount !== undefined
  );
}

export function priceBody(price: Price): Record<string, unknown> {
  if (price.choice === "grant") return { price: "grant" };
  return {
    price: "authorization",
    payment: {
      provider: price.provider,
      transaction_id: price.transactionId.trim(),
      amount: price.amount?.amount,
      currency: price.amount?.currency,
      state: "authorized",
    },
  };
}

export function PriceChoice(props: { price: Price; change: (price: Price) => void }) {
  const { price, change } = props;
  const choose = (choice: Price["choice"]) => change({ ...price, choice });
  return (
    <fieldset class="price">
      <legend>Who pays?</legend>
      <label class="choice">
        <input
          type="radio"
          name="price"
          autoFocus
          checked={price.choice === "grant"}
          onChange={() => choose("grant")}
        />
        <span>
          <strong>Grant</strong> Free of charge for the customer.
        </span>
      </label>
      <label class="choice">
        <input
          type="radio"
          name="price"
          checked={price.choice === "authorization"}
          disabled={!price.amount}
          onChange={() => choose("authorization")}
        />
        <span>
          <strong>New authorization</strong>{" "}
          {price.amount
            ? `The customer has said yes again, to ${moneyText(price.amount)}.`
            : "Nothing was to be paid for this order."}
        </span>
      </label>
      {price.choice === "authorization" && (
        <div class="sub">
          <label class="field">
            <span>Provider</span>
            <select
              value={price.provider}
              onChange={(event) => change({ ...price, provider: event.currentTarget.value as Price["provider"] })}
            >
              <option value="stripe">Stripe</option>
              <option value="external">The shop itself</option>
            </select>
          </label>
          <label class="field">
            <span>Transaction id of the new authorization</span>
            <input
              value={price.transactionId}
              maxLength={128}
              spellcheck={false}
              autocomplete="off"
              onInput={(event) => change({ ...price, transactionId: event.currentTarget.value })}
            />
          </label>
          <label class="choice">
            <input
              type="checkbox"
              checked={price.consent}
              onChange={(event) => change({ ...price, consent: event.currentTarget.checked })}
            />
            <span>The customer has agreed to this new authorization.</span>
          </label>
        </div>
      )}
    </fieldset>
  );
}
