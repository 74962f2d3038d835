#include "cli/options.h"

#include <CLI/CLI.hpp>

#include <map>

#include "fleet/oem.h"
#include "fleet/plan.h"

namespace contactor::cli {
namespace {

std::string check_duration(const std::string& text) {
  return parse_duration(text) ? std::string() : "a duration is written like 30s, 5m, 1h or 7d";
}

/// Adds a subcommand that stores itself into `chosen` when it is used.
template <class T>
CLI::App* add(CLI::App& parent, const char* name, const char* description, std::shared_ptr<T> into,
              std::optional<Command>& chosen) {
  CLI::App* sub = parent.add_subcommand(name, description);
  sub->callback([into, &chosen] { chosen = *into; });
  return sub;
}

void add_long_running(CLI::App& app, std::optional<Command>& chosen) {
  auto serve = std::make_shared<Serve>();
  auto* serve_app = add(app, "serve", "Engine, HTTP API and console", serve, chosen);
  serve_app->add_option("--listen", serve->listen, "HOST:PORT")->capture_default_str();
  serve_app->add_option("--node", serve->node, "Name of this node; default: the host's name");

  auto demo = std::make_shared<Demo>();
  auto* demo_app =
      add(app, "demo", "The main job against a simulated world, with live progress", demo, chosen);
  demo_app->add_option("--vehicles", demo->vehicles, "Vehicles on record")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  demo_app->add_option("--orders", demo->orders, "Paid services ordered over HTTP")
      ->capture_default_str()
      ->check(CLI::Range(1, 1'000'000));
  demo_app->add_option("--listen", demo->listen, "HOST:PORT of API and console; port 0: any free one")
      ->capture_default_str();
  demo_app->add_option("--seed", demo->seed, "Draws vehicles, moods and faults")->capture_default_str();
  demo_app->add_flag("--once", demo->once, "Exit after the summary");

  auto sim = std::make_shared<Sim>();
  auto* sim_app = add(app, "sim", "Every simulated foreign system on one port", sim, chosen);
  sim_app->add_option("--listen", sim->listen, "HOST:PORT")->capture_default_str();
  sim_app->add_option("--seed", sim->seed, "Draws moods and faults")->capture_default_str();
}

void add_migrate(CLI::App& app, std::optional<Command>& chosen) {
  auto migrate = std::make_shared<Migrate>();
  CLI::App* parent = app.add_subcommand("migrate", "The store's schema");
  parent->require_subcommand(0, 1);
  parent
      ->add_option("--environment", migrate->environment,
                   "local or production; default: the store that --db names")
      ->check(CLI::IsMember({"local", "production"}));
  parent->add_option_function<std::string>(
      "-x",
      [migrate](const std::string& text) {
        constexpr std::string_view key = "environment=";
        if (!text.starts_with(key))
          throw CLI::ValidationError("-x", "expects environment=local or environment=production");
        migrate->environment = text.substr(key.size());
        if (migrate->environment != "local" && migrate->environment != "production")
          throw CLI::ValidationError("-x", "environment is local or production");
      },
      "environment=NAME, the same as --environment");
  parent->add_option("--confirm", migrate->confirmed,
                     "Name of the production database, instead of being asked for it");
  parent->add_flag("--dry-run", migrate->dry_run, "Print the SQL instead of running it");
  parent->add_flag("--distributed", migrate->distributed,
                   "Spread the tables over a Citus cluster, where the extension is available");
  // The callbacks of verbs run before the parent's.
  parent->callback([migrate, &chosen] {
    if (chosen && migrate->distributed && migrate->verb != Migrate::Verb::upgrade)
      throw CLI::ValidationError("--distributed", "goes with upgrade, or stands alone");
    if (chosen) return;
    if (!migrate->distributed) throw CLI::RequiredError("A subcommand");
    migrate->verb = Migrate::Verb::distribute;
    chosen = *migrate;
  });
  const auto verb = [&](const char* name, const char* text, Migrate::Verb which, bool to_a_revision) {
    CLI::App* sub = parent->add_subcommand(name, text);
    if (to_a_revision)
      sub->add_option("revision", migrate->revision, "head, base or a revision number")->required();
    sub->callback([migrate, which, &chosen] {
      migrate->verb = which;
      chosen = *migrate;
    });
  };
  verb("upgrade", "Up to a revision", Migrate::Verb::upgrade, true);
  verb("downgrade", "Down to a revision", Migrate::Verb::downgrade, true);
  verb("current", "The revision the store is at", Migrate::Verb::current, false);
  verb("history", "Every revision, applied or not", Migrate::Verb::history, false);
}

void add_token(CLI::App& app, std::optional<Command>& chosen) {
  auto token = std::make_shared<Token>();
  CLI::App* parent = app.add_subcommand("token", "API tokens; works on the store directly");
  parent->require_subcommand(1);
  const auto take = [token, &chosen](Token::Verb verb) {
    return [token, verb, &chosen] {
      token->verb = verb;
      chosen = *token;
    };
  };
  CLI::App* create = parent->add_subcommand("create", "Make a token; it is shown once");
  create->add_option("--role", token->role, "viewer, operator, technician, admin or service")
      ->required()
      ->check(CLI::IsMember({"viewer", "operator", "technician", "admin", "service"}));
  create->add_option("--name", token->name, "Who or what uses it")->required();
  create->add_option("--client", token->client, "The client whose orders a service token may see");
  create
      ->add_option_function<std::string>(
          "--expires", [token](const std::string& text) { token->expires = *parse_duration(text); },
          "After this time it is refused; default 90d")
      ->check(check_duration);
  create->callback(take(Token::Verb::create));
  parent->add_subcommand("list", "All tokens, without their secret")->callback(take(Token::Verb::list));
  CLI::App* revoke = parent->add_subcommand("revoke", "Refuse a token from now on");
  revoke->add_option("id", token->id, "tok_…")->required();
  revoke->callback(take(Token::Verb::revoke));
}

void add_desk(CLI::App& app, std::optional<Command>& chosen) {
  auto explain = std::make_shared<Explain>();
  add(app, "explain", "What is wanted, what was observed, what blocks it, what happens next and when",
      explain, chosen)
      ->add_option("id", explain->id, "A VIN, activation, ticket, order or payment id")
      ->required();
  auto ticket = std::make_shared<Ticket>();
  CLI::App* parent = app.add_subcommand("ticket", "The technician's desk");
  parent->require_subcommand(1);
  const auto take = [ticket, &chosen](Ticket::Verb verb) {
    return [ticket, verb, &chosen] {
      ticket->verb = verb;
      chosen = *ticket;
    };
  };
  parent->add_subcommand("list", "Open tickets")->callback(take(Ticket::Verb::list));
  CLI::App* show = parent->add_subcommand("show", "All fields of one ticket");
  show->add_option("id", ticket->id, "tkt_…")->required();
  show->callback(take(Ticket::Verb::show));
  CLI::App* act =
      parent->add_subcommand("act", "Note what was done; retries are started over the API of a running node");
  act->add_option("id", ticket->id, "tkt_…")->required();
  act->add_option("action", ticket->action,
                  "schedule_inspection, escalate_iot, escalate_development, contact_customer, resolve, close")
      ->required()
      ->check(CLI::IsMember({"schedule_inspection", "escalate_iot", "escalate_development",
                             "contact_customer", "resolve", "close"}));
  act->add_option("--text", ticket->text, "Words for the record")->required();
  act->callback(take(Ticket::Verb::act));

  add(app, "doctor", "Checks configuration, credentials, clock, store and upstreams",
      std::make_shared<Doctor>(), chosen);
  CLI::App* audit = app.add_subcommand("audit", "The tamper-evident history");
  audit->require_subcommand(1);
  add(*audit, "verify", "Walks the hash chain of every history, names the first bad record",
      std::make_shared<AuditVerify>(), chosen);
}

void add_vin(CLI::App& app, std::optional<Command>& chosen) {
  auto decode = std::make_shared<VinDecode>();
  CLI::App* parent = app.add_subcommand("vin", "Vehicle identification numbers");
  parent->require_subcommand(1);
  CLI::App* sub = parent->add_subcommand("decode", "Make, cloud, country, model year and check digit");
  sub->add_option("vins", decode->vins, "VINs; none: one a line on standard input");
  sub->callback([decode, &chosen] { chosen = *decode; });
}

void add_schema(CLI::App& app, std::optional<Command>& chosen) {
  auto schema = std::make_shared<Schema>();
  CLI::App* sub = add(app, "schema", "The common models of charging data", schema, chosen);
  auto* model =
      sub->add_option("model", schema->model, "charging_event, ChargingEvent or events; none: their list");
  sub->add_flag("--list", schema->list, "Name the models")->excludes(model);
  sub->add_option("--format", schema->format, "json-schema, sqlite, postgres, markdown or openapi")
      ->capture_default_str()
      ->check(CLI::IsMember({"json-schema", "sqlite", "postgres", "markdown", "openapi"}));
}

std::string check_oem(const std::string& name) {
  return fleet::parse_oem(name)
             ? std::string()
             : name + " is no cloud: tesla, bmw, renault, stellantis, volkswagen, kia or hm";
}

std::string check_limit(const std::string& text) {
  return fleet::parse_limit(text) ? std::string() : "a limit is a number, or a share like 5%";
}

void add_fleet(CLI::App& app, std::optional<Command>& chosen) {
  CLI::App* parent = app.add_subcommand("fleet", "Vehicles' data connections at the makers' clouds");
  parent->require_subcommand(1);
  auto import = std::make_shared<FleetImport>();
  CLI::App* sub =
      add(*parent, "import", "Take vehicles and what is wanted of them from a CSV file", import, chosen);
  sub->add_option("file", import->file, "CSV with a header line; - reads standard input")->required();

  auto activate = std::make_shared<FleetActivate>();
  sub = add(*parent, "activate", "Bring every vehicle to what is wanted of it", activate, chosen);
  sub->add_option("-o,--oem", activate->oems, "Only this cloud; may be given several times")
      ->check(check_oem)
      ->allow_extra_args(false);
  sub->add_flag("--dry-run", activate->dry_run, "Ask the clouds, and change nothing");

  auto plan = std::make_shared<FleetPlan>();
  sub = add(*parent, "plan", "What a run would do, and why", plan, chosen);
  sub->add_option("-o,--oem", plan->oems, "Only this cloud; may be given several times")
      ->check(check_oem)
      ->allow_extra_args(false);
  sub->add_option("--out", plan->out, "File for apply");

  auto apply = std::make_shared<FleetApply>();
  sub = add(*parent, "apply", "Do what a plan says, unless what was observed has changed", apply, chosen);
  sub->add_option("file", apply->file, "What fleet plan --out has written")->required();
  sub->add_option("--max-deactivations", apply->max_deactivations,
                  "Refuse a plan that switches off more: N or P%")
      ->check(check_limit);
}

void add_tesla_individual(CLI::App& app, std::optional<Command>& chosen) {
  auto tesla = std::make_shared<TeslaIndividual>();
  CLI::App* parent = app.add_subcommand(
      "tesla-individual",
      "Single Teslas, each with its owner's consent: bring them to what is wanted of them");
  parent->require_subcommand(0, 1);
  // The callbacks of verbs run before the parent's.
  parent->callback([tesla, &chosen] {
    if (!chosen) chosen = *tesla;
  });
  CLI::App* sub =
      parent->add_subcommand("import", "Take owners and the codes of their consents from a CSV file");
  sub->add_option("file", tesla->file, "CSV with a header line; - reads standard input")->required();
  const auto take = [tesla, &chosen](TeslaIndividual::Verb verb) {
    return [tesla, verb, &chosen] {
      tesla->verb = verb;
      chosen = *tesla;
    };
  };
  sub->callback(take(TeslaIndividual::Verb::import));
  parent->add_subcommand("list", "Owners, their consents and where each consents anew")
      ->callback(take(TeslaIndividual::Verb::list));
}

void add_charging(CLI::App& app, std::optional<Command>& chosen) {
  CLI::App* parent = app.add_subcommand("charging", "What vehicles charged");
  parent->require_subcommand(1);
  auto import = std::make_shared<ChargingImport>();
  CLI::App* sub = add(*parent, "import", "Take stats and events from a file", import, chosen);
  sub->add_option("file", import->file, "NDJSON, or CSV with a header line; - reads standard input")
      ->required();
  sub->add_option("--format", import->format,
                  "ndjson or csv, by default as the file's name ends; ocpi-cdrs or ocpi-sessions")
      ->check(CLI::IsMember({"ndjson", "csv", "ocpi-cdrs", "ocpi-sessions"}));
  auto soh = std::make_shared<ChargingSoh>();
  sub = add(*parent, "soh", "A vehicle's state of health and what it is estimated from", soh, chosen);
  sub->add_option("vin", soh->vin, "Its VIN")->required();
}

void add_clients(CLI::App& app, std::optional<Command>& chosen) {
  auto work = std::make_shared<ClientWork>();
  CLI::App* parent = app.add_subcommand("client", "Systems that subscribed to charging data");
  parent->require_subcommand(1);
  const auto verb = [&](const char* name, const char* text, ClientWork::Verb which, bool of_one) {
    CLI::App* sub = parent->add_subcommand(name, text);
    if (of_one) sub->add_option("id", work->id, "cli_…")->required();
    sub->callback([work, which, &chosen] {
      work->verb = which;
      chosen = *work;
    });
    return sub;
  };
  CLI::App* made = verb("add", "Put one on record; its token is shown once", ClientWork::Verb::add, false);
  made->add_option("--name", work->name, "What people call it")->required();
  made->add_option("--preferred-provider", work->preferred_provider,
                   "Of one session that two providers tell, the one that it wants");
  made->add_option("--allowed-hosts", work->allowed_hosts,
                   "The only hosts that it is sent to, with one blank between two");
  verb("list", "All of them", ClientWork::Verb::list, false);
  verb("rotate", "A new token, shown once; the one before is valid for another day", ClientWork::Verb::rotate,
       true);
  verb("remove", "It is sent nothing more; its record stays", ClientWork::Verb::remove, true);
}

void add_services(CLI::App& app, std::optional<Command>& chosen) {
  auto work = std::make_shared<ServiceWork>();
  CLI::App* parent =
      app.add_subcommand("service", "Where clients are sent charging data, and who subscribed");
  parent->require_subcommand(1);
  using Verb = ServiceWork::Verb;
  const auto verb = [&](const char* name, const char* text, Verb which, const char* of = nullptr) {
    CLI::App* sub = parent->add_subcommand(name, text);
    if (of != nullptr) sub->add_option("id", work->id, of)->required();
    sub->callback([work, which, &chosen] {
      work->verb = which;
      chosen = *work;
    });
    return sub;
  };
  constexpr const char* kSubscription = "sub_…";
  CLI::App* made = verb("add", "Put one on record", Verb::add);
  made->add_option("--name", work->name, "What people call it")->required();
  made->add_option("--url", work->url, "Where charging events are sent")->required();
  verb("list", "All of them", Verb::list);
  verb("remove", "Nothing more is sent there; its record stays", Verb::remove, "svc_…");
  CLI::App* link = verb("subscribe", "A client subscribes to a service; the signing secret is shown once",
                        Verb::subscribe);
  link->add_option("--client", work->client, "cli_…")->required();
  link->add_option("--service", work->service, "svc_…")->required();
  link->add_option("--endpoint", work->endpoint, "An address or path of its own");
  link->add_option("--types", work->types, "Types of events, with one blank between two; default: every one");
  link->add_flag("--ordered", work->ordered, "Events of one vehicle one after the other");
  verb("subscriptions", "All subscriptions", Verb::subscriptions);
  verb("rotate", "A new signing secret, shown once; for a day messages are signed with both", Verb::rotate,
       kSubscription);
  verb("pause", "Sending rests; what comes is kept", Verb::pause, kSubscription);
  verb("resume", "Sending goes on, also after 410", Verb::resume, kSubscription);
  CLI::App* again = verb("replay", "Send again what is missing", Verb::replay, kSubscription);
  again->add_option("--since", work->since, "Only what was created since then, RFC 3339");
  again->add_flag("--all", work->all, "Also what was delivered");
}

void add_credentials(CLI::App& app, std::optional<Command>& chosen) {
  auto work = std::make_shared<CredentialWork>();
  CLI::App* parent = app.add_subcommand("credential", "What lets us in elsewhere; secrets are kept sealed");
  parent->require_subcommand(1);
  using Verb = CredentialWork::Verb;
  const auto verb = [&](const char* name, const char* text, Verb which, bool of_one, bool has_secret) {
    CLI::App* sub = parent->add_subcommand(name, text);
    if (of_one) sub->add_option("id", work->id, "cred_…")->required();
    if (has_secret)
      sub->add_option("--secret-file", work->secret_file, "Holds the secret; - reads standard input");
    sub->callback([work, which, &chosen] {
      work->verb = which;
      chosen = *work;
    });
    return sub;
  };
  CLI::App* made = verb("add", "Put one on record", Verb::add, false, true);
  made->add_option("--name", work->name, "What people call it")->required();
  made->add_option("--provider", work->provider, "The system that it is for")->required();
  made->add_option("--kind", work->kind, "What it opens")
      ->capture_default_str()
      ->check(CLI::IsMember({"charging_provider", "telematics", "api", "login", "database"}));
  made->add_option("--url", work->url, "Where it is used");
  made->add_option("--username", work->username, "The user, or the id of an API client");
  verb("list", "All of them, without their secrets", Verb::list, false, false);
  verb("rotate", "Replace its secret", Verb::rotate, true, true)->get_option("--secret-file")->required();
  verb("remove", "Jobs use it no more; its record stays", Verb::remove, true, false);
  verb("rekey", "Seal again what the key of CONTACTOR_PREVIOUS_KEY_FILE has sealed", Verb::rekey, false,
       false);
}

}  // namespace

Parsed parse(int argc, const char* const* argv) {
  CLI::App app{"Contactor: the switch for connected fleets"};
  app.set_version_flag("--version", CONTACTOR_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Options options;
  app.add_option("--db", options.db,
                 "sqlite:PATH or postgres://…; default: DATABASE_URL, then sqlite:contactor.db")
      ->envname("DATABASE_URL");
  app.add_flag("--json", options.json, "One JSON document on stdout");
  app.add_flag("-v,--verbose", options.verbose, "More lines in the log");
  std::optional<Command> chosen;
  add_long_running(app, chosen);
  add_migrate(app, chosen);
  add_token(app, chosen);
  add_desk(app, chosen);
  add_vin(app, chosen);
  add_schema(app, chosen);
  add_fleet(app, chosen);
  add_tesla_individual(app, chosen);
  add_charging(app, chosen);
  add_clients(app, chosen);
  add_services(app, chosen);
  add_credentials(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int status = app.exit(error);
    return {.options = {}, .exit_status = status == 0 ? 0 : 2};
  }
  options.command = *chosen;
  return {.options = std::move(options), .exit_status = 0};
}

}  // namespace contactor::cli
