const slot = "contactor.theme";
export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

export function theme(): Theme {
  const kept = localStorage.getItem(slot);
  return themes.find((one) => one === kept) ?? "auto";
}

export function setTheme(chosen: Theme): void {
  localStorage.setItem(slot, chosen);
  applyTheme();
}

/** `auto` leaves it to the system. */
export function applyTheme(): void {
  const chosen = theme();
  if (chosen === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
