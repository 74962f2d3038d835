import { request } from "./request";
import type { Activation, Moment } from "./types";

export interface PlannedAttempt {
  attempt: number;
  not_before: Moment;
}

/** Why an activation is as it is, and what comes next. */
export interface Explanation {
  subject: string;
  wanted: string;
  observed: string;
  blocked_by: string[];
  next: string;
  next_at: Moment | null;
  money: string;
  /** Retries still to come, if each attempt fails at once. */
  remaining: PlannedAttempt[];
  escalation_at: Moment | null;
  activation: Activation;
}

/** Takes any id: activation, command, ticket, order, payment, or a VIN for its newest activation. */
export function explain(id: string, signal: AbortSignal): Promise<Explanation> {
  return request<Explanation>(`/v1/explain/${encodeURIComponent(id)}`, { signal });
}
