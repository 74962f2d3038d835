/** One server-sent event. */
export interface StreamEvent {
  id: string;
  name: string;
  data: string;
}

const bufferMax = 1 << 20;

/** Cuts a stream of text into server-sent events, wherever the chunks end (WHATWG HTML, section 9.2). */
export class EventParser {
  private buffer = "";
  private name = "";
  private data: string[] = [];
  private id = "";
  /** What the server asked us to wait before we come back, in milliseconds. */
  retryMs = 0;

  constructor(private readonly emit: (event: StreamEvent) => void) {}

  push(chunk: string): void {
    this.buffer += chunk;
    if (this.buffer.length > bufferMax) throw new Error("a line of the event stream is too long");
    let end: number;
    while ((end = this.buffer.indexOf("\n")) >= 0) {
      this.line(this.buffer.slice(0, end).replace(/\r$/, ""));
      this.buffer = this.buffer.slice(end + 1);
    }
  }

  private line(line: string): void {
    if (line === "") return this.dispatch();
    if (line.startsWith(":")) return;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.name = value;
    else if (field === "data") this.data.push(value);
    else if (field === "id") this.id = value;
    else if (field === "retry" && /^\d+$/.test(value)) this.retryMs = Number(value);
  }

  private dispatch(): void {
    if (this.data.length) this.emit({ id: this.id, name: this.name || "message", data: this.data.join("\n") });
    this.name = "";
    this.data = [];
  }
}
