import { brakeIsPulled, census, type Counts } from "./census";

/** What the overview shows besides tickets. */
export interface Overview extends Counts {
  brakePulled: boolean;
}

export async function loadOverview(signal: AbortSignal): Promise<Overview> {
  const [counts, brakePulled] = await Promise.all([census.counts(signal), brakeIsPulled(signal)]);
  return { ...counts, brakePulled };
}
