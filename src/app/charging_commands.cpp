// `contactor charging`: import, soh. Both are requests to the API, of the store opened here or of the node
// that holds it.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "app/ask.h"
#include "app/charging_import.h"
#include "app/commands.h"
#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::app {
namespace {

constexpr std::size_t kLinesShown = 100;

template <class Command>
int with_store(const cli::Options& options, const Environment& environment, Command command) {
  const auto run = [&]() -> Result<int> {
    CTR_TRY(config, read_config(environment, options.db));
    CTR_TRY(session, StoreSession::open(config));
    return command(*session);
  };
  const auto status = run();
  return status ? *status : complain(status.error());
}

// -- import -----------------------------------------------------------------------------------------------

json::array lines_array(const std::vector<ToldLine>& lines) {
  json::array out;
  for (const auto& line : lines) out.push_back(json::object{{"line", line.line}, {"why", line.why}});
  return out;
}

void print_lines(const std::vector<ToldLine>& lines, std::string_view prefix) {
  for (std::size_t i = 0; i < std::min(lines.size(), kLinesShown); ++i)
    fmt::print(stderr, "line {}: {}{}\n", lines[i].line, prefix, lines[i].why);
  if (lines.size() > kLinesShown) fmt::print(stderr, "and {} lines more\n", lines.size() - kLinesShown);
}

int print_imported(const ChargingImported& told, bool as_json) {
  if (as_json) {
    print_document({{"lines", told.lines},
                    {"created", told.created},
                    {"updated", told.updated},
                    {"unchanged", told.unchanged},
                    {"sessions", json::object{{"created", told.sessions_created},
                                              {"updated", told.sessions_updated},
                                              {"withdrawn", told.sessions_withdrawn}}},
                    {"quarantined_lines", lines_array(told.quarantined)},
                    {"lines_without_charging", lines_array(told.without_charging)},
                    {"bad_lines", lines_array(told.bad)}});
  } else {
    print_lines(told.bad, "");
    print_lines(told.quarantined, "quarantined: ");
    print_lines(told.without_charging, "not taken: ");
    fmt::print(
        "{} records are new, {} were corrected, {} were on record, {} are quarantined; {} lines were not "
        "taken\n",
        told.created, told.updated, told.unchanged, told.quarantined.size(), told.bad.size());
    fmt::print("charging sessions made of stats: {} new, {} changed, {} withdrawn\n", told.sessions_created,
               told.sessions_updated, told.sessions_withdrawn);
  }
  return told.bad.empty() ? 0 : 3;
}

bool is_csv(const cli::ChargingImport& import) {
  return import.format.empty() ? import.file.ends_with(".csv") : import.format == "csv";
}

Status read_file(ChargingImport& importing, const cli::ChargingImport& import, std::istream& from) {
  if (import.format == "ocpi-cdrs") return importing.read_ocpi(from, charging_ocpi::Object::cdr);
  if (import.format == "ocpi-sessions") return importing.read_ocpi(from, charging_ocpi::Object::session);
  return is_csv(import) ? importing.read_csv(from) : importing.read_ndjson(from);
}

// -- state of health --------------------------------------------------------------------------------------

std::string interval_words(const json::object& report, std::string_view name, std::string_view unit) {
  const auto* interval = json::object_at(report, name);
  if (interval == nullptr) return "unknown";
  const auto number = [&](std::string_view member) { return json::serialize(interval->at(member)); };
  return fmt::format("{} {} (90 %: {} to {})", number("value"), unit, number("low"), number("high"));
}

std::string doubts_words(const json::object& report) {
  std::string words;
  if (const auto* doubts = json::array_at(report, "doubts"))
    for (const auto& doubt : *doubts) {
      if (!words.empty()) words += ", ";
      words += std::string_view(doubt.as_string());
    }
  return words.empty() ? "none" : words;
}

void print_soh(const json::object& report) {
  const auto count = [&](std::string_view name) {
    const auto* list = json::array_at(report, name);
    return list == nullptr ? 0 : list->size();
  };
  fmt::print("{}\n", text_at(report, "vin"));
  fmt::print("  state of health  {}\n", interval_words(report, "soh_percent", "%"));
  fmt::print("  usable capacity  {}\n", interval_words(report, "capacity_kwh", "kWh"));
  fmt::print("  confidence       {}; doubts: {}\n", text_at(report, "confidence"), doubts_words(report));
  fmt::print("  sessions         {} used, {} not\n", count("sessions_used"), count("sessions_rejected"));
  if (const auto missing = json::integer_at(report, "sessions_missing").value_or(0); missing > 0)
    fmt::print("  {} more sessions that change the state of charge by 20 points are needed\n", missing);
}

}  // namespace

int run_command(const cli::ChargingImport& import, const cli::Options& options,
                const Environment& environment) {
  std::ifstream file;
  if (import.file != "-") file.open(import.file, std::ios::binary);
  if (import.file != "-" && !file)
    return complain(Error{.kind = ErrorKind::invalid,
                          .retry_after = {},
                          .origin = "charging",
                          .detail = fmt::format("{} cannot be read", import.file)});
  return with_store(options, environment, [&](StoreSession& session) -> Result<int> {
    ChargingImport importing(session);
    std::istream& from = import.file == "-" ? std::cin : file;
    CTR_CHECK(read_file(importing, import, from));
    CTR_TRY(told, importing.finish());
    return print_imported(told, options.json);
  });
}

int run_command(const cli::ChargingSoh& soh, const cli::Options& options, const Environment& environment) {
  const auto vin = Vin::parse(soh.vin);
  if (!vin) return complain(vin.error());
  return with_store(options, environment, [&](StoreSession& session) -> Result<int> {
    auto report = ask_document(session, get("/v1/charging/soh/" + std::string(vin->str())));
    if (!report && report.error().kind == ErrorKind::not_found)
      return fail(ErrorKind::not_found, "charging", "nothing is on record of " + vin->masked());
    if (!report) return fail(std::move(report.error()));
    if (options.json)
      print_document(*report);
    else
      print_soh(*report);
    return 0;
  });
}

}  // namespace contactor::app
