import { useEffect, useRef, useState } from "preact/hooks";
import { isWriting } from "../parts/rows";
import { go } from "../shell/route";

/** One box for any id: activation, ticket, order, VIN or payment. `/` puts the cursor into it. */
export function SearchBox() {
  const [text, setText] = useState("");
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isWriting(event.target)) return;
      event.preventDefault();
      box.current?.select();
      box.current?.focus();
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  const submit = (event: Event) => {
    event.preventDefault();
    const id = text.trim();
    if (!id) return;
    go(["find", id]);
    setText("");
    box.current?.blur();
  };
  return (
    <form class="search no-print" role="search" onSubmit={submit}>
      <input
        ref={box}
        type="search"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        maxLength={200}
        placeholder="Any id: VIN, order, activation, ticket, payment"
        aria-label="Search any id"
        autocomplete="off"
        spellcheck={false}
      />
      <kbd aria-hidden="true">/</kbd>
    </form>
  );
}
