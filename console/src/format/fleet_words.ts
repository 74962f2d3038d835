// What the fleet's states say, in words for people.
import type { Wording } from "./words";

function word(label: string, tone: Wording["tone"], meaning: string): Wording {
  return { label, tone, meaning };
}

/** What the maker's cloud has of a vehicle. */
export const standingWords: Record<string, Wording> = {
  unknown: word("Unknown", "calm", "Nobody has read it at its cloud yet, or it could not be read."),
  inactive: word("Off", "calm", "Its cloud delivers no data."),
  pending: word("Pending", "busy", "Asked for; its cloud has not said yes yet."),
  active: word("Active", "good", "Its cloud delivers data."),
  ending: word("Ending", "busy", "Asked to end; its cloud has not confirmed it yet."),
  refused: word("Refused", "bad", "Its cloud has said no, and why."),
};

export const runStateWords: Record<string, Wording> = {
  running: word("Running", "busy", "It is under way."),
  ended: word("Ended", "good", "It has come to its end."),
  failed: word("Failed", "bad", "It could not be done."),
};

export const runKindWords: Record<string, string> = {
  run: "Run",
  dry_run: "Dry run",
  plan: "Plan",
  apply: "Plan applied",
};

/** The clouds in the order in which they are shown. */
export const cloudNames: Record<string, string> = {
  tesla: "Tesla",
  bmw: "BMW",
  renault: "Renault",
  stellantis: "Stellantis",
  volkswagen: "Volkswagen",
  kia: "Kia",
  hm: "High Mobility",
};

export function cloudName(oem: string | null): string {
  return oem ? (cloudNames[oem] ?? oem) : "No cloud";
}

export function yesNo(flag: boolean | null, yes: string, no: string): string {
  return flag === null ? "" : flag ? yes : no;
}
