import { render } from "preact";
import { adoptFromAddress } from "./api/session";
import { tally } from "./live/tally";
import { App } from "./shell/app";
import { applyTheme } from "./shell/theme";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/print.css";

applyTheme();
adoptFromAddress();
tally.start();
const place = document.getElementById("app");
if (place) render(<App />, place);
