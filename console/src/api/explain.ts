import type { Vehicle } from "./fleet";
import { request } from "./request";
import type { Activation, Moment } from "./types";

export interface PlannedAttempt {
  attempt: number;
  not_before: Moment;
}

/** Why something is as it is, and what comes next. */
export interface Explained {
  wanted: string;
  observed: string;
  blocked_by: string[];
  next: string;
  next_at: Moment | null;
  money?: string;
  /** Retries still to come, if each attempt fails at once. */
  remaining?: PlannedAttempt[];
  escalation_at?: Moment | null;
}

/** Of an activation, or of a vehicle's data connection where nothing was ordered for it. */
export interface Explanation extends Explained {
  subject: string;
  activation?: Activation;
  /** The data connection of the vehicle that a VIN names. */
  fleet?: Vehicle & { explanation: Explained };
}

/** Takes any id: activation, command, ticket, order, payment, or a VIN for its newest activation and its vehicle. */
export function explain(id: string, signal: AbortSignal): Promise<Explanation> {
  return request<Explanation>(`/v1/explain/${encodeURIComponent(id)}`, { signal });
}
