import { useState } from "preact/hooks";
import { asProblem, Problem } from "../api/problem";
import { request, withQuery } from "../api/request";
import { keep } from "../api/access_token";
import { Trouble } from "../parts/trouble";
import { Mark } from "./mark";

/** Asks for an access token and tries it before it is kept. */
export function SignIn(props: { done: () => void; notice: string }) {
  const [given, setGiven] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || !given.trim()) return;
    setBusy(true);
    setProblem(undefined);
    try {
      await request(withQuery("/v1/ota/activations", { limit: 1 }), { accessToken: given.trim() });
      keep(given.trim());
      props.done();
    } catch (reason) {
      const failed = asProblem(reason);
      setProblem(
        failed.status === 401
          ? new Problem(401, "This access token is not valid", "It may be mistyped, expired or revoked.")
          : failed,
      );
      setBusy(false);
    }
  };
  return (
    <main class="sign-in">
      <form onSubmit={(event) => void submit(event)}>
        <Mark />
        <h1>Contactor</h1>
        {props.notice && (
          <p class="notice" role="status">
            {props.notice}
          </p>
        )}
        <label class="field">
          <span>API access token</span>
          <input
            type="password"
            name="access-token"
            value={given}
            autoFocus
            autocomplete="off"
            spellcheck={false}
            placeholder="ctr_…"
            onInput={(event) => setGiven(event.currentTarget.value)}
          />
        </label>
        <Trouble problem={problem} />
        <button type="submit" class="button primary" disabled={busy || !given.trim()}>
          {busy ? "Checking…" : "Sign in"}
        </button>
        <p class="faint">
          Made by <code>contactor token create --role technician --name …</code>. It stays in this tab and is
          forgotten when the tab is closed.
        </p>
      </form>
    </main>
  );
}
