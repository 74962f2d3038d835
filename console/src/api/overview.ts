import { request } from "./request";
import type { Moment } from "./types";

export interface OpenIncident {
  cause: string;
  opened_at: Moment;
  detail: string;
  held_back: number;
}

/** How everything stands, counted by the server. */
export interface Overview {
  counted_at: Moment;
  activations: number;
  by_state: Record<string, number>;
  by_service_status: Record<string, number>;
  by_money_state: Record<string, number>;
  waiting_for_budget: number;
  retried: number;
  captured_not_confirmed: number;
  tickets: { total: number; open: Record<string, number> };
  incidents: OpenIncident[];
  /** The last day by hours of the clock, oldest first; the last one still runs. */
  orders_per_hour: { from: Moment; orders: number }[];
  /** Money and messages still owed. */
  outbox: { entries: number; oldest_at: Moment | null; age_ms: number };
}

export function readOverview(signal: AbortSignal): Promise<Overview> {
  return request<Overview>("/v1/overview", { signal });
}
