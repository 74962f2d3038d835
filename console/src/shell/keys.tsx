import { useEffect, useRef } from "preact/hooks";
import { isWriting } from "../parts/rows";
import { go } from "./route";

const places: Record<string, string[]> = { o: [], a: ["activations"], t: ["tickets"], f: ["fleet"], s: ["services"] };
const sequenceMs = 1200;

/** `g` and a letter lead to a page, `?` shows all keys. */
export function usePageKeys(showHelp: () => void): void {
  const waitingUntil = useRef(0);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      const place = places[event.key];
      if (place && Date.now() < waitingUntil.current) go(place);
      else if (event.key === "?") showHelp();
      waitingUntil.current = event.key === "g" ? Date.now() + sequenceMs : 0;
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

const rows: [string, string][] = [
  ["/", "Search any id"],
  ["g o", "Overview"],
  ["g a", "Activations"],
  ["g t", "Tickets"],
  ["g f", "Fleet"],
  ["g s", "Services"],
  ["j k", "Down and up a list"],
  ["Enter", "Open the marked row"],
  ["Esc", "Leave a dialog"],
  ["?", "These keys"],
];

export function KeysDialog(props: { close: () => void }) {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog ref={element} class="dialog" aria-label="Keys" onClose={props.close}>
      <h2>Keys</h2>
      <dl class="keys">
        {rows.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <footer>
        <button type="button" class="button" onClick={props.close}>
          Close
        </button>
      </footer>
    </dialog>
  );
}
