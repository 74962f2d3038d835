import { useState } from "preact/hooks";
import type { Connection } from "../live/feed";
import { useConnection } from "../live/hooks";
import { SearchBox } from "../search/search_box";
import { Mark } from "./mark";
import { link } from "./route";
import { setTheme, theme, themes, type Theme } from "./theme";

const pages: [string, string][] = [
  ["", "Overview"],
  ["activations", "Activations"],
  ["tickets", "Tickets"],
  ["fleet", "Fleet"],
  ["services", "Services"],
];

export function Header(props: { page: string; signOut: () => void; showKeys: () => void }) {
  return (
    <header class="top">
      <a class="brand" href="#/">
        <Mark />
        <span>Contactor</span>
      </a>
      <nav class="pages no-print" aria-label="Pages">
        {pages.map(([page, name]) => (
          <a key={page} href={link(page ? [page] : [])} aria-current={page === props.page ? "page" : undefined}>
            {name}
          </a>
        ))}
      </nav>
      <SearchBox />
      <div class="top-tools no-print">
        <ConnectionSign />
        <ThemeSwitch />
        <button type="button" class="tool" title="Keys (?)" aria-label="Show keys" onClick={props.showKeys}>
          ?
        </button>
        <button type="button" class="tool" onClick={props.signOut}>
          Sign out
        </button>
      </div>
    </header>
  );
}

const connectionWords: Record<Connection, [string, string]> = {
  live: ["Live", "Changes appear by themselves."],
  connecting: ["Connecting", "The stream of changes is being opened."],
  away: [
    "Not live",
    "The stream of changes is interrupted; it is tried again. Figures are still read every few seconds.",
  ],
};

function ConnectionSign() {
  const connection = useConnection();
  const [label, meaning] = connectionWords[connection];
  return (
    <span class={`connection ${connection}`} role="status" title={meaning}>
      {label}
    </span>
  );
}

function ThemeSwitch() {
  const [chosen, setChosen] = useState<Theme>(theme);
  const next = themes[(themes.indexOf(chosen) + 1) % themes.length] ?? "auto";
  return (
    <button
      type="button"
      class="tool"
      title="Light, dark, or as the system has it"
      onClick={() => (setTheme(next), setChosen(next))}
    >
      {{ auto: "Auto", light: "Light", dark: "Dark" }[chosen]}
    </button>
  );
}
