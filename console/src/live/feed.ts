import { current } from "../api/access_token";
import { EventParser } from "../api/event_stream";
import type { Activation } from "../api/types";
import { millisOf } from "../format/time";
import { serverClock } from "./server_clock";

export type Connection = "connecting" | "live" | "away";
export interface Change {
  serial: number;
  /** When it came to us. */
  arrivedAt: number;
  /** When it happened, by the server's clock. */
  at: string;
  activation: Activation;
  event: string;
  path: string[];
}

const keptMax = 200;
const firstWaitMs = 500;
const waitMaxMs = 15_000;
const catchUpMs = 1000;
// The server sends a comment at least every fifteen seconds or so; longer silence means that the line is dead.
const silenceMaxMs = 45_000;

/** The one connection to the stream of changes, and all who listen to it. */
class Feed {
  private readonly listeners = new Set<(change: Change) => void>();
  private readonly watchers = new Set<() => void>();
  private stopper: AbortController | undefined;
  private waitMs = firstWaitMs;
  private lastId = "";
  private serial = 0;
  private openedAt = 0;
  connection: Connection = "connecting";
  /** The newest changes, newest first. */
  recent: Change[] = [];

  start(): void {
    this.stop();
    const stopper = new AbortController();
    this.stopper = stopper;
    void this.run(stopper.signal);
  }

  stop(): void {
    this.stopper?.abort();
    this.stopper = undefined;
    this.recent = [];
    this.lastId = "";
    serverClock.forget();
    this.set("connecting");
  }

  onChange(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  onConnection(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => void this.watchers.delete(watcher);
  }

  private async run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      try {
        await this.read(stop);
      } catch {
        // However it ended, the answer is the same: wait and come back.
      }
      if (stop.aborted) return;
      this.set("away");
      await pause(this.waitMs * (0.75 + Math.random() / 2), stop);
      this.waitMs = Math.min(this.waitMs * 2, waitMaxMs);
    }
  }

  private async read(stop: AbortSignal): Promise<void> {
    const silence = new AbortController();
    let timer = setTimeout(() => silence.abort(), silenceMaxMs);
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream", Authorization: `Bearer ${current()}` };
      if (this.lastId) headers["Last-Event-ID"] = this.lastId;
      const signal = AbortSignal.any([stop, silence.signal]);
      const response = await fetch("/v1/events/stream", {
        headers,
        signal,
        cache: "no-store",
        credentials: "omit",
      });
      if (!response.ok || !response.body) throw new Error(`stream: ${response.status}`);
      this.openedAt = Date.now();
      this.set("live");
      this.waitMs = firstWaitMs;
      const parser = new EventParser((event) => this.take(event.name, event.data, event.id));
      const decoder = new TextDecoder();
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), silenceMaxMs);
        parser.push(decoder.decode(part.value, { stream: true }));
        if (parser.retryMs) this.waitMs = Math.min(parser.retryMs, waitMaxMs);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  private take(name: string, data: string, id: string): void {
    if (id) this.lastId = id;
    // The server's memory did not reach back far enough: whoever listens reads again, as after a broken connection.
    if (name === "stream.reset") return this.tellWatchers();
    if (name !== "ota.activation.updated") return;
    const step = readStep(data);
    if (!step) return;
    const change = { ...step, serial: ++this.serial, arrivedAt: Date.now() };
    const at = millisOf(change.at);
    // What a reconnection brings in afterwards is from the past.
    if (at !== undefined && Date.now() - this.openedAt > catchUpMs) serverClock.learn(at);
    this.recent = [change, ...this.recent].slice(0, keptMax);
    for (const listener of this.listeners) listener(change);
  }

  private set(connection: Connection): void {
    if (this.connection === connection) return;
    this.connection = connection;
    this.tellWatchers();
  }

  private tellWatchers(): void {
    for (const watcher of this.watchers) watcher();
  }
}

function readStep(data: string): Pick<Change, "activation" | "event" | "path" | "at"> | undefined {
  try {
    const { activation, event, path, at } = JSON.parse(data) as Partial<Change>;
    if (typeof activation?.id !== "string" || typeof activation.state !== "string") return undefined;
    return {
      activation,
      event: event ?? "",
      path: Array.isArray(path) ? path : [activation.state],
      at: at ?? activation.updated_at,
    };
  } catch {
    return undefined;
  }
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}

export const feed = new Feed();
