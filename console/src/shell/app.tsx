import { useEffect, useState } from "preact/hooks";
import { ActivationPage } from "../activations/activation_page";
import { ActivationsPage } from "../activations/list_page";
import { whenRefused } from "../api/request";
import { adoptFromAddress, current, forget } from "../api/access_token";
import { feed } from "../live/feed";
import { OverviewPage } from "../overview/overview_page";
import { FleetPage } from "../fleet/fleet_page";
import { VehiclePage } from "../fleet/vehicle_page";
import { FindPage } from "../search/find_page";
import { ServicesPage } from "../services/list_page";
import { ServicePage } from "../services/service_page";
import { TicketsPage } from "../tickets/list_page";
import { TicketPage } from "../tickets/ticket_page";
import { Header } from "./header";
import { KeysDialog, usePageKeys } from "./keys";
import { useRoute, type Route } from "./route";
import { SignIn } from "./sign_in";

export function App() {
  const [signedIn, setSignedIn] = useState(current() !== "");
  const [notice, setNotice] = useState("");
  useEffect(() => {
    whenRefused(
      () => (
        forget(),
        setSignedIn(false),
        setNotice("Your access token is no longer valid. Please sign in again.")
      ),
    );
    // A link with an access token may be pasted into a tab that is open already.
    const adopt = () => {
      if (!location.hash.startsWith("#token=")) return;
      adoptFromAddress();
      setSignedIn(current() !== "");
      feed.start();
    };
    addEventListener("hashchange", adopt);
    return () => removeEventListener("hashchange", adopt);
  }, []);
  useEffect(() => {
    if (signedIn) feed.start();
    else feed.stop();
  }, [signedIn]);
  if (!signedIn) return <SignIn notice={notice} done={() => (setNotice(""), setSignedIn(true))} />;
  return <Console signOut={() => (forget(), setSignedIn(false), setNotice("You are signed out."))} />;
}

function Console(props: { signOut: () => void }) {
  const route = useRoute();
  const [keysShown, setKeysShown] = useState(false);
  usePageKeys(() => setKeysShown(true));
  const page = route.path[0] ?? "";
  const place = route.path.join("/");
  useEffect(() => {
    document.title = [titleOf(route), "Contactor"].filter(Boolean).join(" · ");
    scrollTo(0, 0);
  }, [place]);
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => (event.preventDefault(), document.getElementById("main")?.focus())}
      >
        To the content
      </a>
      <Header page={page} signOut={props.signOut} showKeys={() => setKeysShown(true)} />
      <main id="main" tabIndex={-1}>
        <Page key={place} route={route} />
      </main>
      {keysShown && <KeysDialog close={() => setKeysShown(false)} />}
    </>
  );
}

function Page(props: { route: Route }) {
  const { path, parameters } = props.route;
  const [page = "", id = ""] = path;
  const given = (name: string) => parameters.get(name) ?? "";
  switch (page) {
    case "":
      return <OverviewPage />;
    case "activations":
      if (id) return <ActivationPage id={id} />;
      return <ActivationsPage state={given("state")} vin={given("vin")} customer={given("customer")} />;
    case "tickets":
      return id ? <TicketPage id={id} /> : <TicketsPage state={given("state")} />;
    case "fleet":
      if (id) return <VehiclePage vin={id} />;
      return <FleetPage oem={given("oem")} status={given("status")} fleet={given("fleet")} />;
    case "services":
      return id ? <ServicePage id={id} isNew={given("new") === "1"} /> : <ServicesPage />;
    case "find":
      return <FindPage id={id} />;
    default:
      return (
        <>
          <h1>There is no such page</h1>
          <p>
            <a href="#/">To the overview</a>
          </p>
        </>
      );
  }
}

function titleOf(route: Route): string {
  const [page = "", id = ""] = route.path;
  const names: Record<string, string> = {
    "": "Overview",
    activations: "Activations",
    tickets: "Tickets",
    fleet: "Fleet",
    services: "Services",
    find: "Search",
  };
  return id || (names[page] ?? "");
}
