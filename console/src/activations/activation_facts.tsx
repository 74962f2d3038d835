import type { Activation, Failure } from "../api/types";
import { moneyText } from "../format/money";
import { categoryWords, plain } from "../format/words";
import { Facts, type Fact } from "../parts/facts";
import { ActivationLink, CopyableId, CustomerLink, ServiceLink, TicketLink } from "../parts/identifier";
import { At } from "../parts/moment";

export function ActivationFacts(props: { activation: Activation }) {
  const { activation } = props;
  return (
    <Facts
      items={[
        { name: "Order", value: <CopyableId value={activation.order_id} label="order id" /> },
        { name: "Customer", value: <CustomerLink id={activation.customer_id} /> },
        { name: "Service", value: <ServiceLink id={activation.service_id} /> },
        { name: "Origin", value: plain(activation.origin) },
        { name: "Payment", value: paymentText(activation) },
        { name: "Duration", value: activation.duration ?? (activation.action === "activate" ? "permanent" : "") },
        { name: "Attempts", value: attemptsText(activation) },
        ...whereGiven(activation),
        { name: "Ordered", value: <At moment={activation.created_at} /> },
        { name: "Confirmed by the car", value: <At moment={activation.confirmed_at} /> },
        { name: "Updated", value: <At moment={activation.updated_at} /> },
      ]}
    />
  );
}

/** Facts that only some activations have. */
function whereGiven(activation: Activation): Fact[] {
  const { last_error: error, ticket_id: ticket, parent, reason, ends_at: endsAt } = activation;
  const facts: Fact[] = [];
  if (error) facts.push({ name: "Last error", value: errorText(error) });
  if (ticket) facts.push({ name: "Ticket", value: <TicketLink id={ticket} /> });
  if (parent)
    facts.push({
      name: "Follows from",
      value: (
        <>
          <ActivationLink id={parent} /> {reason && `(${reason})`}
        </>
      ),
    });
  if (endsAt) facts.push({ name: "Paid until", value: <At moment={endsAt} /> });
  return facts;
}

function attemptsText({ attempts, retries }: Activation): string {
  return `${attempts}, of which ${retries} ${retries === 1 ? "retry" : "retries"}`;
}

function paymentText({ payment }: Activation) {
  if (!payment || payment.state === "none") return "nothing to pay";
  const { provider, transaction_id: transaction } = payment;
  return (
    <>
      {moneyText(payment)} by {provider} {transaction && <CopyableId value={transaction} label="payment id" />}
    </>
  );
}

function errorText(error: Failure): string {
  const status = error.http_status ? `HTTP ${error.http_status}` : "";
  const category = error.category ? (categoryWords[error.category] ?? plain(error.category)) : "";
  return [category, status, error.code, error.message].filter(Boolean).join(" · ");
}
