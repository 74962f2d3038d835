import type { ComponentChildren } from "preact";
import type { Finding, Ticket } from "../api/types";
import { moneyText } from "../format/money";
import { Facts } from "../parts/facts";
import { CopyableId, CustomerLink, ServiceLink, VinLink } from "../parts/identifier";
import { At } from "../parts/moment";
import { Panel } from "../parts/panel";
import { Empty } from "../parts/trouble";
import { Payload } from "./payload";

/** The eighteen fields of a ticket in four groups: each a value, or why there is none. */
export function TicketFields(props: { ticket: Ticket }) {
  const { ticket } = props;
  const count = ticket.retry_attempts.length;
  return (
    <>
      <div class="columns even">
        <Panel title="Customer and order">
          <OrderFields ticket={ticket} />
        </Panel>
        <div class="stack">
          <Panel title="The car">
            <CarFields ticket={ticket} />
          </Panel>
          <Panel title="Configuration payload">
            <Payload
              document={ticket.configuration_payload}
              proposed={ticket.proposed_configuration}
              by={ticket.proposed_by}
            />
          </Panel>
        </div>
      </div>
      <Panel title="What failed" note={count === 1 ? "1 attempt" : `${count} attempts`}>
        <Facts
          items={[
            { name: "Last error code", value: ticket.last_error_code && <code>{ticket.last_error_code}</code> },
            { name: "Last error message", value: ticket.last_error_message },
          ]}
        />
        <Attempts ticket={ticket} />
      </Panel>
    </>
  );
}

function OrderFields(props: { ticket: Ticket }) {
  const { ticket } = props;
  const { payment_transaction_id: transaction } = ticket;
  return (
    <Facts
      items={[
        { name: "Ticket ID", value: <CopyableId value={ticket.id} label="ticket id" /> },
        { name: "Customer ID", value: <CustomerLink id={ticket.customer_id} /> },
        { name: "Customer e-mail", value: ticket.customer_email },
        { name: "Service ID", value: <ServiceLink id={ticket.service_id} /> },
        { name: "Service name", value: ticket.service_name },
        { name: "Requested", value: <At moment={ticket.activation_request_time} /> },
        {
          name: "Payment transaction",
          value: transaction && <CopyableId value={transaction} label="payment id" />,
        },
        { name: "Payment amount", value: moneyText(ticket.payment_amount) || "nothing to pay" },
        { name: "Priority", value: ticket.priority },
      ]}
    />
  );
}

function CarFields(props: { ticket: Ticket }) {
  const { ticket } = props;
  return (
    <Facts
      items={[
        { name: "VIN", value: <VinLink vin={ticket.vin} /> },
        { name: "Online", value: found(ticket.vehicle_online_status) },
        { name: "Network signal", value: found(ticket.network_signal_strength) },
        { name: "Firmware", value: found(ticket.vehicle_firmware_version) },
        { name: "Status snapshot", value: snapshot(ticket.vehicle_status_snapshot) },
      ]}
    />
  );
}

function Attempts(props: { ticket: Ticket }) {
  if (!props.ticket.retry_attempts.length) return <Empty>No attempt was made.</Empty>;
  return (
    <div class="table-frame flat">
      <table class="list">
        <thead>
          <tr>
            <th scope="col" class="number">
              No.
            </th>
            <th scope="col">At</th>
            <th scope="col">Response</th>
            <th scope="col">Command</th>
          </tr>
        </thead>
        <tbody>
          {props.ticket.retry_attempts.map((attempt) => (
            <tr key={attempt.number}>
              <td data-label="No." class="number">
                {attempt.number}
              </td>
              <td data-label="At">
                <At moment={attempt.at} />
              </td>
              <td data-label="Response">{attempt.response || <span class="faint">none</span>}</td>
              <td data-label="Command">
                {attempt.command_id ? <code>{attempt.command_id}</code> : <span class="faint">none sent</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function found(finding: Finding): ComponentChildren {
  const { value, not_available: why } = finding;
  if (value === undefined || value === null || value === "")
    return <span class="faint">not available: {why || "no reason given"}</span>;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function snapshot(finding: Finding): ComponentChildren {
  if (!finding.value) return found(finding);
  return (
    <details>
      <summary>Telemetry at the time of failure</summary>
      <pre class="json">{pretty(finding.value)}</pre>
    </details>
  );
}

/** JSON on several lines; anything else as it is. */
export function pretty(document: unknown): string {
  if (typeof document !== "string") return JSON.stringify(document, null, 2) ?? "";
  try {
    return JSON.stringify(JSON.parse(document), null, 2);
  } catch {
    return document;
  }
}
