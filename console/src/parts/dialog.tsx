import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { Trouble } from "./trouble";

interface Properties {
  title: string;
  confirm: string;
  dangerous?: boolean;
  ready: boolean;
  /** Does it; a thrown Problem is shown and the dialog stays open. */
  act: () => Promise<void>;
  close: () => void;
  children: ComponentChildren;
}

/** A question with a form in it: Escape and the first button leave, Enter in a field or the second button acts. */
export function Dialog(props: Properties) {
  const element = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => element.current?.showModal(), []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !props.ready) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await props.act();
      props.close();
    } catch (reason) {
      setProblem(asProblem(reason));
      setBusy(false);
    }
  };

  return (
    <dialog ref={element} class="dialog" aria-label={props.title} onClose={props.close}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{props.title}</h2>
        {props.children}
        <Trouble problem={problem} />
        <footer>
          <button type="button" class="button" onClick={props.close}>
            Keep as it is
          </button>
          <button
            type="submit"
            class={`button ${props.dangerous ? "danger" : "primary"}`}
            disabled={!props.ready || busy}
          >
            {busy ? "Working…" : props.confirm}
          </button>
        </footer>
      </form>
    </dialog>
  );
}
