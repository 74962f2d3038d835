import { request, withQuery } from "./request";
import type { Activation, HistoryEntry, Notice, Page, Pending, Service, Ticket, Transition } from "./types";

export const pageLength = 50;

export interface ActivationFilter {
  state?: string | undefined;
  vin?: string | undefined;
  customer?: string | undefined;
}

export function listActivations(
  filter: ActivationFilter,
  cursor?: string,
  signal?: AbortSignal,
  limit = pageLength,
) {
  const parameters = { state: filter.state, vin: filter.vin, customer_id: filter.customer, limit, cursor };
  return request<Page<Activation>>(withQuery("/v1/ota/activations", parameters), signal ? { signal } : {});
}

export function findActivation(id: string, signal: AbortSignal) {
  return request<Activation>(`/v1/ota/activations/${encodeURIComponent(id)}`, { signal });
}

export interface Story {
  activation: Activation;
  entries: HistoryEntry[];
  notices: Notice[];
  pending: Pending[];
}

interface StoryAnswer {
  activation: Activation;
  items: Transition[];
  notices: Notice[];
  pending: Pending[];
}

export async function activationStory(id: string, signal: AbortSignal): Promise<Story> {
  const answer = await request<StoryAnswer>(`/v1/ota/activations/${encodeURIComponent(id)}/history`, { signal });
  return { ...answer, entries: steps(answer.items) };
}

/** The transitions of one step are one entry of the story. */
function steps(transitions: Transition[]): HistoryEntry[] {
  const entries: HistoryEntry[] = [];
  for (const { from: _from, to, step, ...rest } of transitions) {
    const last = entries[entries.length - 1];
    if (last?.seq === step) last.path.push(to);
    else entries.push({ ...rest, seq: step, path: [to] });
  }
  return entries;
}

export function cancelActivation(id: string, reason: string, key: string) {
  return request<Activation>(`/v1/ota/activations/${encodeURIComponent(id)}/cancel`, {
    method: "POST",
    body: { reason },
    key,
  });
}

export function listTickets(state: string | undefined, cursor?: string, signal?: AbortSignal, limit = pageLength) {
  return request<Page<Ticket>>(
    withQuery("/v1/support/tickets", { state, limit, cursor }),
    signal ? { signal } : {},
  );
}

export function findTicket(id: string, signal: AbortSignal) {
  return request<Ticket>(`/v1/support/tickets/${encodeURIComponent(id)}`, { signal });
}

export type TicketBody = { action: string } & Record<string, unknown>;

/** Answers with the ticket as it is now, and with the activation that a retry has started. */
export function actOnTicket(id: string, body: TicketBody, key: string) {
  return request<{ ticket: Ticket; started: Activation | null }>(
    `/v1/support/tickets/${encodeURIComponent(id)}/actions`,
    { method: "POST", body, key },
  );
}

export function listServices(signal?: AbortSignal) {
  return request<Page<Service>>("/v1/ota/services", signal ? { signal } : {});
}

export function findService(id: string, signal: AbortSignal) {
  return request<Service>(`/v1/ota/services/${encodeURIComponent(id)}`, { signal });
}

export function putService(id: string, document: Record<string, unknown>) {
  return request<Service>(`/v1/ota/services/${encodeURIComponent(id)}`, { method: "PUT", body: document });
}
