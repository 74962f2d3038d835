// The API's JSON as the console reads it. Every field that a server may leave out is optional here.

export type Moment = string; // RFC 3339, UTC

export interface Page<Item> {
  items: Item[];
  next_cursor?: string | null;
}

export interface Money {
  amount: number; // minor units
  currency: string;
}

export interface Failure {
  category?: string;
  http_status?: number | null;
  code?: string;
  message?: string;
}

export interface Activation {
  id: string;
  order_id: string;
  vin: string;
  customer_id: string;
  service_id: string;
  service_name: string;
  action: "activate" | "deactivate";
  origin: string;
  state: string;
  service_status: string;
  money_state: string;
  attempts: number;
  retries: number;
  next_action_at?: Moment | null;
  waits_for?: string | null;
  confirmed_at?: Moment | null;
  ends_at?: Moment | null;
  ticket_id?: string | null;
  last_error?: Failure | null;
  parent?: string | null;
  reason?: string | null;
  duration?: string | null;
  cancel_requested?: boolean;
  payment?: Money & { provider: string; transaction_id: string | null; state: string };
  created_at: Moment;
  updated_at: Moment;
}

/** One transition; a step that only records stays where it was. */
export interface Transition {
  seq: number;
  step: number;
  at: Moment;
  from: string | null;
  to: string;
  event: string;
  service_status: string;
  money_state: string;
  attempts: number;
  retries: number;
  actor: string;
  command_id: string | null;
  detail: string;
  error?: Failure | null;
}

/** One committed step: the transitions that became true together. */
export interface HistoryEntry extends Omit<Transition, "from" | "to" | "seq" | "step"> {
  seq: number;
  path: string[];
}

export interface Notice {
  event: string;
  channel: string;
  outcome: string;
  at: Moment;
  detail?: string;
}

/** What is still owed to the outside: money or words. */
export interface Pending {
  kind: string;
  key: string;
  tries: number;
  next_try_at?: Moment | null;
  outcome_unknown?: boolean;
  purpose?: string;
  event?: string;
}

export interface Attempt {
  number: number;
  at: Moment;
  command_id?: string;
  response?: string;
}

/** A diagnostic field: a value, or why there is none. */
export interface Finding {
  value?: unknown;
  not_available?: string;
}

export interface Ticket {
  id: string;
  vin: string;
  customer_id: string;
  customer_email: string;
  service_id: string;
  service_name: string;
  payment_transaction_id?: string;
  payment_amount?: Money | null;
  activation_request_time: Moment;
  retry_attempts: Attempt[];
  last_error_code?: string;
  last_error_message?: string;
  vehicle_status_snapshot: Finding;
  vehicle_online_status: Finding;
  network_signal_strength: Finding;
  vehicle_firmware_version: Finding;
  configuration_payload?: unknown;
  priority: string;
  activation_id: string;
  category?: string;
  state: string;
  assigned_to?: string;
  opened_at: Moment;
  sla: {
    respond_by: Moment | null;
    solve_by: Moment | null;
    responded_at: Moment | null;
  };
  ended_at?: Moment | null;
  proposed_configuration?: unknown;
  proposed_by?: string | null;
  notes?: string[];
}

export interface Service {
  id: string;
  name: string;
  version?: number;
  updated_at?: Moment;
  template?: Record<string, unknown>;
  [property: string]: unknown;
}
