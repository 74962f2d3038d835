// The access token lives in this tab only: sessionStorage, never a cookie, never localStorage.
const slot = "contactor.access_token";

/** Takes the access token of a link such as `/#token=ctr_…` once and removes it from address bar and history. */
export function adoptFromAddress(): void {
  const match = /^#token=([^&/]+)/.exec(location.hash);
  if (!match) return;
  history.replaceState(null, "", location.pathname + location.search);
  const given = readable(match[1] ?? "");
  if (given) keep(given);
}

function readable(text: string): string {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return "";
  }
}

export function current(): string {
  return sessionStorage.getItem(slot) ?? "";
}

export function keep(accessToken: string): void {
  sessionStorage.setItem(slot, accessToken);
}

export function forget(): void {
  sessionStorage.removeItem(slot);
}
