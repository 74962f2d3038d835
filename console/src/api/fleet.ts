import { request, withQuery } from "./request";
import type { Moment, Page } from "./types";

export interface Reason {
  key: string;
  text: string;
  todo: string;
  who: string;
  final: boolean;
}

export interface Vehicle {
  vin: string;
  fleet: string | null;
  make: string | null;
  model: string | null;
  type: string | null;
  /** The cloud that serves it; null: none does. */
  oem: string | null;
  activation_requested_status: boolean | null;
  activation_start_date: string | null;
  activation_end_date: string | null;
  activation_comment: string | null;
  activation_status: boolean | null;
  activation_status_message: string | null;
  wanted: { active: boolean; why: string; until: Moment | null };
  standing: string;
  reason: Reason | null;
  oem_detail: string | null;
  valid_until: Moment | null;
  accepted_at: Moment | null;
  observed_at: Moment | null;
  next_check_at: Moment | null;
  blocked: boolean;
  silent: boolean;
  is_processed: boolean;
  vehicle_model_id: number | null;
  updated_at: Moment | null;
}

export interface VehicleEntry {
  number: number;
  at: Moment;
  activation_requested_status: boolean | null;
  activation_status: boolean | null;
  activation_status_message: string | null;
  reason: string | null;
  oem_detail: string | null;
  oem: string | null;
  run: string | null;
}

export interface CloudTotal {
  oem: string | null;
  vehicles: number;
  active: number;
}

export interface Metric {
  date: string;
  oem: string;
  nb_vehicles_activated: number;
  partial: boolean;
}

export interface RunSummary {
  vehicles: number;
  activated: number;
  deactivated: number;
  pending: number;
  failed: number;
  interrupted: boolean;
}

export interface FleetRun {
  id: string;
  kind: string;
  state: string;
  begun_at: Moment;
  ended_at: Moment | null;
  progress: Record<string, { done: number; total: number }>;
  summary?: RunSummary;
  error?: { kind: string; detail: string };
}

export interface VehicleFilter {
  oem: string;
  status: string;
  fleet: string;
}

const pageLength = 50;

export function listVehicles(filter: VehicleFilter, cursor?: string, signal?: AbortSignal) {
  return request<Page<Vehicle>>(
    withQuery("/v1/fleet/vehicles", { ...filter, limit: pageLength, cursor }),
    signal ? { signal } : {},
  );
}

export function findVehicle(vin: string, signal: AbortSignal) {
  return request<Vehicle>(`/v1/fleet/vehicles/${encodeURIComponent(vin)}`, { signal });
}

/** Oldest first. */
export async function vehicleHistory(vin: string, signal: AbortSignal) {
  return (await request<Page<VehicleEntry>>(`/v1/fleet/vehicles/${encodeURIComponent(vin)}/history`, { signal }))
    .items;
}

export async function cloudTotals(signal: AbortSignal) {
  return (await request<Page<CloudTotal>>("/v1/fleet/totals", { signal })).items;
}

/** Newest day first. */
export async function fleetMetrics(signal: AbortSignal) {
  return (await request<Page<Metric>>("/v1/fleet/metrics", { signal })).items;
}

export async function fleetRuns(signal: AbortSignal) {
  return (await request<Page<FleetRun>>("/v1/fleet/runs", { signal })).items;
}

/** Asks for a run now, over every cloud that is configured. */
export function beginRun(key: string) {
  return request<FleetRun>("/v1/fleet/runs", { method: "POST", body: {}, key });
}
