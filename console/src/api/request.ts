import { current } from "./access_token";
import { Problem, problemOf } from "./problem";

const patienceMs = 30_000;

let onRefused: () => void = () => {};
/** Called when the server no longer takes the access token. */
export function whenRefused(action: () => void): void {
  onRefused = action;
}

export interface Call {
  method?: "GET" | "POST" | "PUT" | "PATCH";
  body?: unknown;
  /** For calls that create: the same key for every repeat of one intention. */
  key?: string;
  accessToken?: string;
  signal?: AbortSignal;
}

/** Calls the API and answers with its JSON, or throws a Problem that can be shown to people. */
export async function request<Answer>(path: string, call: Call = {}): Promise<Answer> {
  const given = call.accessToken ?? current();
  const headers: Record<string, string> = { Accept: "application/json", Authorization: `Bearer ${given}` };
  if (call.body !== undefined) headers["Content-Type"] = "application/json";
  if (call.key) headers["Idempotency-Key"] = call.key;
  const response = await send(path, {
    method: call.method ?? "GET",
    headers,
    body: call.body === undefined ? null : JSON.stringify(call.body),
    signal: AbortSignal.any([AbortSignal.timeout(patienceMs), ...(call.signal ? [call.signal] : [])]),
    cache: "no-store",
    credentials: "omit",
  });
  // An answer to an older access token must not sign out the newer one.
  if (response.status === 401 && given === current()) onRefused();
  if (!response.ok) throw await problemOf(response);
  return response.status === 204 ? (undefined as Answer) : ((await response.json()) as Answer);
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (reason) {
    if (reason instanceof DOMException && reason.name === "AbortError") throw reason;
    const late = reason instanceof DOMException && reason.name === "TimeoutError";
    throw new Problem(
      0,
      late ? "No answer in time" : "The server cannot be reached",
      late
        ? `Nothing came back within ${patienceMs / 1000} seconds.`
        : "Is it running, and is the network up? Nothing was changed that you cannot look up here.",
    );
  }
}

/** A new idempotency key. `crypto.randomUUID` is missing on plain http, `getRandomValues` is not. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** `/v1/x` with those parameters that have a value. */
export function withQuery(path: string, parameters: Record<string, string | number | undefined | null>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value) query.set(name, String(value));
  const text = query.toString();
  return text ? `${path}?${text}` : path;
}
