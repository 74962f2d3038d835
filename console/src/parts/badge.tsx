import { wordingOf, type Wording } from "../format/words";

/** A state in its own words, with a colour that is never the only sign. */
export function Badge(props: { words: Record<string, Wording>; value: string }) {
  const wording = wordingOf(props.words, props.value);
  return (
    <span class={`badge tone-${wording.tone}`} title={wording.meaning || undefined} data-value={props.value}>
      {wording.label}
    </span>
  );
}
