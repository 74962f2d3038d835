import { listActivations } from "../api/calls";
import type { Activation } from "../api/types";
import { feed } from "../live/feed";

const pageRows = 500;
const pagesMax = 10;
const freshMs = 60_000;

export interface Counts {
  byState: Record<string, number>;
  byMoney: Record<string, number>;
  retried: number;
  capturedNotConfirmed: number;
  /** False where there are more activations than were read. */
  complete: boolean;
}

/** Counts activations by reading their list once and following the stream from there. */
class Census {
  private rows = new Map<string, Activation>();
  private complete = true;
  private readAt = 0;
  private unsubscribe: (() => void) | undefined;

  async counts(signal: AbortSignal): Promise<Counts> {
    this.unsubscribe ??= feed.onChange(({ activation }) => this.take(activation));
    if (Date.now() - this.readAt > freshMs || feed.connection !== "live") await this.read(signal);
    return this.sum();
  }

  forget(): void {
    this.rows = new Map();
    this.readAt = 0;
  }

  private take(row: Activation): void {
    const known = this.rows.get(row.id);
    if (!known || row.updated_at >= known.updated_at) this.rows.set(row.id, row);
  }

  private async read(signal: AbortSignal): Promise<void> {
    let cursor: string | undefined;
    for (let page = 0; page < pagesMax; page++) {
      const answer = await listActivations({}, cursor, signal, pageRows);
      for (const row of answer.items) this.take(row);
      cursor = answer.next_cursor ?? undefined;
      if (!cursor) break;
    }
    this.complete = !cursor;
    this.readAt = Date.now();
  }

  private sum(): Counts {
    const counts: Counts = {
      byState: {},
      byMoney: {},
      retried: 0,
      capturedNotConfirmed: 0,
      complete: this.complete,
    };
    for (const row of this.rows.values()) {
      counts.byState[row.state] = (counts.byState[row.state] ?? 0) + 1;
      counts.byMoney[row.money_state] = (counts.byMoney[row.money_state] ?? 0) + 1;
      if (row.retries > 0) counts.retried++;
      if (row.money_state === "captured" && !row.confirmed_at) counts.capturedNotConfirmed++;
    }
    return counts;
  }
}

export const census = new Census();

/** Is the brake pulled? The metrics say so to everybody. */
export async function brakeIsPulled(signal: AbortSignal): Promise<boolean> {
  const response = await fetch("/metrics", { signal, credentials: "omit", cache: "no-store" });
  return response.ok && /^contactor_ota_breaker_open 1$/m.test(await response.text());
}
