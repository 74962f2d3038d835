/** What went wrong, in words for people (RFC 9457 where the server says so). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail = "",
    readonly findings: string[] = [],
    readonly type = "",
  ) {
    super(detail ? `${title}: ${detail}` : title);
    this.name = "Problem";
  }
}

const titles: Record<number, string> = {
  400: "The server did not understand this",
  401: "The access token is not valid",
  403: "Your role does not allow this",
  404: "There is no such thing",
  409: "That does not fit what is on record",
  413: "That is too much at once",
  422: "Something in this is not valid",
  429: "Too many requests",
  500: "The server failed",
  502: "Something between here and the server failed",
  503: "The server is busy or away",
  504: "No answer in time",
};

interface ProblemDocument {
  type?: unknown;
  title?: unknown;
  detail?: unknown;
  errors?: unknown;
}

/** Reads a failed response, whatever its body is. */
export async function problemOf(response: Response): Promise<Problem> {
  const fallback = titles[response.status] ?? `The server answered ${response.status}`;
  let document: ProblemDocument = {};
  try {
    const parsed: unknown = JSON.parse(await response.text());
    if (parsed && typeof parsed === "object") document = parsed as ProblemDocument;
  } catch {
    // A proxy's HTML page: the status has to do.
  }
  const retryAfter = response.headers.get("Retry-After");
  const again = retryAfter && /^\d+$/.test(retryAfter) ? ` Try again in ${retryAfter} s.` : "";
  return new Problem(
    response.status,
    text(document.title) || fallback,
    text(document.detail) + again,
    findingsOf(document.errors),
    text(document.type),
  );
}

function findingsOf(errors: unknown): string[] {
  if (!Array.isArray(errors)) return [];
  return errors
    .map((error: unknown) => {
      if (typeof error === "string") return error;
      const { field, pointer, detail, message } = (error ?? {}) as Record<string, unknown>;
      return [text(field) || text(pointer), text(detail) || text(message)].filter(Boolean).join(": ");
    })
    .filter(Boolean);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Any thrown thing as a Problem. */
export function asProblem(reason: unknown): Problem {
  if (reason instanceof Problem) return reason;
  return new Problem(0, "The console stumbled", reason instanceof Error ? reason.message : String(reason));
}
