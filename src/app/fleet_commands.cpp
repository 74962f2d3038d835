// `contactor fleet`: import, activate, plan, apply. Each is made of requests to the API, of the store opened
// here or of the node that holds it.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "app/ask.h"
#include "app/commands.h"
#include "app/fleet_watch.h"
#include "base/id.h"
#include "fleet/import.h"
#include "fleet/plan.h"
#include "json/json.h"
#include "task/system_entropy.h"

namespace contactor::app {
namespace {

constexpr std::size_t kBunch = 5000;
constexpr std::size_t kBadLinesShown = 100;

/// Opens the configured store with its clouds and hands it to the command.
template <class Command>
int with_fleet(const cli::Options& options, const Environment& environment, Command command) {
  const auto run = [&]() -> Result<int> {
    CTR_TRY(config, read_config(environment, options.db));
    CTR_TRY(fleet, read_fleet_config(environment));
    CTR_TRY(session, StoreSession::open(config, fleet));
    return command(*session);
  };
  const auto status = run();
  return status ? *status : complain(status.error());
}

/// No two commands share a key.
std::string fresh_key() {
  task::SystemEntropy entropy;
  return "terminal-" + encode_base32(entropy.next());
}

json::object with_oems(const std::vector<std::string>& oems) {
  json::object body;
  if (oems.empty()) return body;
  auto& names = body["oems"].emplace_array();
  for (const auto& name : oems) names.emplace_back(fleet::to_string(*fleet::parse_oem(name)));
  return body;
}

// -- import -----------------------------------------------------------------------------------------------

json::object vehicle_body(const fleet::ImportedVehicle& imported) {
  json::object body{{"vin", imported.vin.str()}};
  const fleet::Wish& wish = imported.wish;
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) body[name] = value;
  };
  text("fleet", wish.fleet);
  text("make", wish.make);
  text("model", wish.model);
  text("type", wish.type);
  text("activation_comment", wish.comment);
  if (wish.requested) body["activation_requested_status"] = *wish.requested;
  if (wish.start) body["activation_start_date"] = fleet::to_string(*wish.start);
  if (wish.end) body["activation_end_date"] = fleet::to_string(*wish.end);
  return body;
}

/// Reads a file, sends its good lines in bunches, and keeps what went wrong.
class Import {
 public:
  explicit Import(StoreSession& session)
      : session_(session),
        reader_([this](fleet::ImportedVehicle vehicle) { bunch_.push_back(std::move(vehicle)); },
                [this](fleet::BadLine bad) { bad_.push_back(std::move(bad)); }) {}

  Status run(std::istream& file) {
    std::string piece(1 << 16, '\0');
    while (file) {
      file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
      CTR_CHECK(reader_.feed(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount()))));
      while (bunch_.size() >= kBunch) CTR_CHECK(send());
    }
    CTR_CHECK(reader_.finish());
    while (!bunch_.empty()) CTR_CHECK(send());
    return {};
  }

  [[nodiscard]] int print(bool as_json) const {
    if (as_json) {
      json::array bad;
      for (const auto& line : bad_) bad.push_back(json::object{{"line", line.line}, {"why", line.why}});
      print_document({{"created", created_},
                      {"changed", changed_},
                      {"unchanged", unchanged_},
                      {"bad_lines", std::move(bad)}});
    } else {
      for (std::size_t i = 0; i < std::min(bad_.size(), kBadLinesShown); ++i)
        fmt::print(stderr, "line {}: {}\n", bad_[i].line, bad_[i].why);
      if (bad_.size() > kBadLinesShown)
        fmt::print(stderr, "and {} lines more\n", bad_.size() - kBadLinesShown);
      fmt::print("{} vehicles are new, {} changed, {} as they were; {} lines were not taken\n", created_,
                 changed_, unchanged_, bad_.size());
    }
    return bad_.empty() ? 0 : 3;
  }

 private:
  Status send() {
    const std::size_t count = std::min(bunch_.size(), kBunch);
    json::object body;
    auto& items = body["items"].emplace_array();
    for (std::size_t i = 0; i < count; ++i) items.emplace_back(vehicle_body(bunch_[i]));
    CTR_TRY(answer, ask_document(session_, post("/v1/fleet/vehicles", body, fresh_key())));
    const auto* const outcomes = json::array_at(answer, "items");
    if (outcomes == nullptr || outcomes->size() != count)
      return fail(ErrorKind::protocol, "api", "the answer does not name every vehicle");
    for (std::size_t i = 0; i < count; ++i) note((*outcomes)[i].as_object(), bunch_[i]);
    bunch_.erase(bunch_.begin(), bunch_.begin() + static_cast<std::ptrdiff_t>(count));
    return {};
  }

  void note(const json::object& outcome, const fleet::ImportedVehicle& imported) {
    const std::string_view what = text_at(outcome, "outcome");
    if (what == "created") created_ += 1;
    if (what == "changed") changed_ += 1;
    if (what == "unchanged") unchanged_ += 1;
    if (what == "claimed")
      bad_.push_back(
          {.line = imported.line,
           .why = fmt::format("{} belongs to the fleet {}: which one it belongs to is for people to decide",
                              imported.vin.masked(), text_at(outcome, "claimed_by"))});
  }

  StoreSession& session_;
  fleet::CsvReader reader_;
  std::vector<fleet::ImportedVehicle> bunch_;
  std::vector<fleet::BadLine> bad_;
  std::uint64_t created_ = 0;
  std::uint64_t changed_ = 0;
  std::uint64_t unchanged_ = 0;
};

// -- runs -------------------------------------------------------------------------------------------------

/// Prints a run's end. @return  the contract's exit status, which the run itself knows.
int print_run(const json::object& run, bool as_json) {
  const auto* const summary = json::object_at(run, "summary");
  if (as_json)
    print_document(run);
  else if (summary != nullptr)
    fmt::print("{}", fleet_table(*summary));
  return summary == nullptr ? 1 : static_cast<int>(json::integer_at(*summary, "exit_status").value_or(1));
}

Result<json::object> run_to_its_end(StoreSession& session, std::string target, const json::object& body) {
  CTR_TRY(begun, ask_document(session, post(std::move(target), body, fresh_key())));
  return watch_fleet_run(session, std::string(text_at(begun, "id")));
}

/// A plan counts as made where every cloud could be read: vehicles that are blocked are what it tells.
int status_of_plan(const json::object& run) {
  const auto* const summary = json::object_at(run, "summary");
  if (summary == nullptr) return 1;
  if (json::bool_at(*summary, "interrupted").value_or(false)) return 130;
  const auto* const by_oem = json::object_at(*summary, "by_oem");
  const bool is_whole = by_oem != nullptr && std::ranges::all_of(*by_oem, [](const auto& row) {
                          return text_at(row.value().as_object(), "trouble").empty();
                        });
  return is_whole ? 0 : 3;
}

void print_items(const json::object& plan) {
  const auto* const items = json::array_at(plan, "items");
  if (items == nullptr) return;
  for (const auto& value : *items) {
    const json::object& item = value.as_object();
    fmt::print("{}  {:<11} {:<11} {}\n", text_at(item, "vin"), text_at(item, "oem"), text_at(item, "action"),
               text_at(item, "why"));
  }
}

Status write_plan_file(StoreSession& session, const std::string& id, const std::string& path) {
  CTR_TRY(plan, ask_document(session, get("/v1/fleet/plans/" + id)));
  std::ofstream file(path, std::ios::trunc | std::ios::binary);
  const std::string_view text = text_at(plan, "file");
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) return fail(ErrorKind::invalid, "fleet", fmt::format("{} cannot be written", path));
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file && text.empty()) return fail(ErrorKind::invalid, "fleet", fmt::format("{} cannot be read", path));
  return text;
}

}  // namespace

int run_command(const cli::FleetImport& import, const cli::Options& options, const Environment& environment) {
  return with_fleet(options, environment, [&](StoreSession& session) -> Result<int> {
    std::ifstream file;
    if (import.file != "-") file.open(import.file, std::ios::binary);
    if (import.file != "-" && !file)
      return fail(ErrorKind::invalid, "fleet", fmt::format("{} cannot be read", import.file));
    Import importing(session);
    CTR_CHECK(importing.run(import.file == "-" ? std::cin : file));
    return importing.print(options.json);
  });
}

int run_command(const cli::FleetActivate& activate, const cli::Options& options,
                const Environment& environment) {
  return with_fleet(options, environment, [&](StoreSession& session) -> Result<int> {
    json::object body = with_oems(activate.oems);
    if (activate.dry_run) body["dry_run"] = true;
    CTR_TRY(run, run_to_its_end(session, "/v1/fleet/runs", body));
    const auto* const plan = json::object_at(run, "plan");
    if (plan != nullptr && !options.json) print_items(*plan);
    return print_run(run, options.json);
  });
}

int run_command(const cli::FleetPlan& plan, const cli::Options& options, const Environment& environment) {
  return with_fleet(options, environment, [&](StoreSession& session) -> Result<int> {
    CTR_TRY(run, run_to_its_end(session, "/v1/fleet/plans", with_oems(plan.oems)));
    const int status = status_of_plan(run);
    const auto* const made = json::object_at(run, "plan");
    if (made == nullptr && status == 130) return status;
    if (made == nullptr) return fail(ErrorKind::internal, "fleet", "the plan was not finished");
    if (!plan.out.empty()) CTR_CHECK(write_plan_file(session, std::string(text_at(*made, "id")), plan.out));
    if (options.json) {
      print_document(*made);
      return status;
    }
    print_items(*made);
    fmt::print("{}: {} vehicles as wanted, {} to change or to wait for\n", text_at(*made, "id"),
               json::integer_at(*made, "as_wanted").value_or(0),
               json::integer_at(*made, "changes").value_or(0));
    fmt::print(stderr, "{}", troubles_of(run));
    return status;
  });
}

int run_command(const cli::FleetApply& apply, const cli::Options& options, const Environment& environment) {
  return with_fleet(options, environment, [&](StoreSession& session) -> Result<int> {
    CTR_TRY(text, read_file(apply.file));
    CTR_TRY(plan, fleet::from_file(text));
    json::object body;
    if (!apply.max_deactivations.empty()) body["max_deactivations"] = apply.max_deactivations;
    CTR_TRY(stored, ask_document(session, get("/v1/fleet/plans/" + plan.id)));
    if (text_at(stored, "file") != text)
      return fail(ErrorKind::invalid, "fleet", "the file is not the plan that was made: it was changed");
    CTR_TRY(run, run_to_its_end(session, "/v1/fleet/plans/" + plan.id + "/apply", body));
    return print_run(run, options.json);
  });
}

}  // namespace contactor::app
