import type { Money } from "../api/types";

/** `12.90 EUR` as the reader writes it; minor units become major ones by the currency's own digits. */
export function moneyText(money: Money | null | undefined): string {
  if (!money) return "";
  try {
    const format = new Intl.NumberFormat(undefined, { style: "currency", currency: money.currency });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    return format.format(money.amount / 10 ** digits);
  } catch {
    return `${money.amount} ${money.currency} (minor units)`;
  }
}

const count = new Intl.NumberFormat();
export function countText(number: number | undefined): string {
  return number === undefined ? "–" : count.format(number);
}
