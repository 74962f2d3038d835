#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/instant.h"

namespace contactor::cli {

struct Serve {
  std::string listen = "127.0.0.1:8080";
  std::string node;
};
struct Demo {
  std::string listen = "127.0.0.1:0";
  std::uint64_t vehicles = 1000;
  std::uint64_t orders = 240;
  bool once = false;
  std::uint64_t seed = 1;
};
struct Sim {
  std::string listen = "127.0.0.1:8090";
  std::uint64_t seed = 1;
};
struct Migrate {
  enum class Verb { upgrade, downgrade, current, history, distribute };
  std::string environment;  ///< local | production; empty: the store that --db names
  Verb verb = Verb::current;
  std::string revision = "head";
  bool dry_run = false;
  bool distributed = false;  ///< afterwards the tables are spread over the workers of a Citus cluster
  std::string confirmed;     ///< production's database name, typed by the operator
};
struct Explain {
  std::string id;
};
struct Doctor {};
struct Token {
  enum class Verb { create, list, revoke };
  Verb verb = Verb::list;
  std::string role;
  std::string name;
  std::string client;
  Millis expires = std::chrono::hours(24 * 90);
  std::string id;
};
struct Ticket {
  enum class Verb { list, show, act };
  Verb verb = Verb::list;
  std::string id;
  std::string action;
  std::string text;
};
struct AuditVerify {};
struct VinDecode {
  std::vector<std::string> vins;  ///< empty: one a line on standard input
};

struct Schema {
  std::string model;  ///< as typed; empty: their list
  bool list = false;  ///< without a model, the same as nothing
  std::string format = "json-schema";
};

struct FleetImport {
  std::string file;  ///< "-": standard input
};
struct FleetActivate {
  std::vector<std::string> oems;  ///< as typed, each the name of a cloud; empty: every one
  bool dry_run = false;
};
struct FleetPlan {
  std::vector<std::string> oems;
  std::string out;
};
struct FleetApply {
  std::string file;
  std::string max_deactivations;
};

struct TeslaIndividual {
  enum class Verb { run, import, list };
  Verb verb = Verb::run;
  std::string file;  ///< "-": standard input
};
struct ChargingImport {
  std::string file;    ///< "-": standard input
  std::string format;  ///< ndjson, csv, ocpi-cdrs, ocpi-sessions; empty: as the file's name ends, else ndjson
};
struct ChargingSoh {
  std::string vin;
};

struct ClientWork {
  enum class Verb { add, list, rotate, remove };
  Verb verb = Verb::list;
  std::string id;
  std::string name;
  std::string preferred_provider;
  std::string allowed_hosts;
};
struct ServiceWork {
  enum class Verb { add, list, remove, subscribe, subscriptions, rotate, pause, resume, replay };
  Verb verb = Verb::list;
  std::string id;
  std::string name;
  std::string url;
  std::string client;
  std::string service;
  std::string endpoint;
  std::string types;
  bool ordered = false;
  std::string since;
  bool all = false;
};
struct CredentialWork {
  enum class Verb { add, list, rotate, remove, rekey };
  Verb verb = Verb::list;
  std::string id;
  std::string name;
  std::string kind = "api";
  std::string provider;
  std::string url;
  std::string username;
  std::string secret_file;  ///< "-": standard input; empty: no secret
};

using Command =
    std::variant<Serve, Demo, Sim, Migrate, Explain, Doctor, Token, Ticket, AuditVerify, VinDecode, Schema,
                 FleetImport, FleetActivate, FleetPlan, FleetApply, TeslaIndividual, ChargingImport,
                 ChargingSoh, ClientWork, ServiceWork, CredentialWork>;

/// What the command line says. `db` is empty where neither the flag nor the environment names a store.
struct Options {
  Command command;
  std::string db;
  bool json = false;
  bool verbose = false;
};

/// Either what to do, or that there is nothing to do: help was shown, or the words are wrong.
struct Parsed {
  std::optional<Options> options;
  int exit_status = 0;  ///< where `options` is empty: 0 after help, 2 after a usage error
};

/// Reads the command line; prints help to stdout and usage errors to stderr.
[[nodiscard]] Parsed parse(int argc, const char* const* argv);

}  // namespace contactor::cli
