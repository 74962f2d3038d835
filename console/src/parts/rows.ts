import { useEffect } from "preact/hooks";

/** Lets j, k and the arrow keys walk through the links marked `data-row`; Enter follows the link by itself. */
export function useRowKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      const focused = document.activeElement instanceof HTMLElement && document.activeElement.matches("[data-row]");
      const down = event.key === "j" || (focused && event.key === "ArrowDown");
      const up = event.key === "k" || (focused && event.key === "ArrowUp");
      if (!down && !up) return;
      const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")];
      const at = rows.findIndex((row) => row === document.activeElement);
      const next = rows[Math.max(0, Math.min(rows.length - 1, at < 0 ? 0 : at + (down ? 1 : -1)))];
      if (!next) return;
      event.preventDefault();
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}

export function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches("input, textarea, select, dialog *");
}
