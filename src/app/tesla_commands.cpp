// `contactor tesla-individual`: single Teslas, each with its owner's consent. Made of requests to the API's
// local routes, of the store opened here or of the node that holds it.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "app/ask.h"
#include "app/commands.h"
#include "app/fleet_watch.h"
#include "fleet/owner_file.h"
#include "json/json.h"

namespace contactor::app {
namespace {

constexpr std::size_t kBunch = 500;
constexpr std::size_t kBadLinesShown = 100;
constexpr std::string_view kOwners = "/local/tesla-owners";

// -- import -----------------------------------------------------------------------------------------------

/// Reads a file, sends its good lines in bunches, and keeps what went wrong.
class OwnerImport {
 public:
  explicit OwnerImport(StoreSession& session)
      : session_(session),
        reader_([this](fleet::ImportedOwner owner) { bunch_.push_back(std::move(owner)); },
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
    std::ranges::sort(bad_, {}, &fleet::BadLine::line);
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
      fmt::print("{} owners are new, {} changed, {} as they were; {} lines were not taken\n", created_,
                 changed_, unchanged_, bad_.size());
    }
    return bad_.empty() ? 0 : 3;
  }

 private:
  static json::object body_of(const fleet::ImportedOwner& owner) {
    json::object body{{"vin", owner.vin.str()}, {"callback_url", owner.callback_url}};
    const auto text = [&](std::string_view name, const std::string& value) {
      if (!value.empty()) body[name] = value;
    };
    text("name", owner.name);
    text("email", owner.email);
    text("region", owner.region);
    text("code", owner.code);
    return body;
  }

  Status send() {
    const std::size_t count = std::min(bunch_.size(), kBunch);
    json::object body;
    auto& items = body["items"].emplace_array();
    for (std::size_t i = 0; i < count; ++i) items.emplace_back(body_of(bunch_[i]));
    CTR_TRY(answer, ask_document(session_, post(std::string(kOwners), body)));
    const auto* const outcomes = json::array_at(answer, "items");
    if (outcomes == nullptr || outcomes->size() != count)
      return fail(ErrorKind::protocol, "api", "the answer does not name every owner");
    for (std::size_t i = 0; i < count; ++i) note((*outcomes)[i].as_object(), bunch_[i]);
    bunch_.erase(bunch_.begin(), bunch_.begin() + static_cast<std::ptrdiff_t>(count));
    return {};
  }

  void note(const json::object& outcome, const fleet::ImportedOwner& owner) {
    const std::string_view what = text_at(outcome, "outcome");
    if (what == "created") created_ += 1;
    if (what == "changed") changed_ += 1;
    if (what == "unchanged") unchanged_ += 1;
    if (what == "claimed")
      bad_.push_back({.line = owner.line,
                      .why = fmt::format("{} belongs to the fleet {}, whose consent it is connected with",
                                         owner.vin.masked(), text_at(outcome, "claimed_by"))});
  }

  StoreSession& session_;
  fleet::OwnerReader reader_;
  std::vector<fleet::ImportedOwner> bunch_;
  std::vector<fleet::BadLine> bad_;
  std::uint64_t created_ = 0;
  std::uint64_t changed_ = 0;
  std::uint64_t unchanged_ = 0;
};

// -- what is on record ------------------------------------------------------------------------------------

void print_owner(const json::object& owner) {
  const auto* const vehicle = json::object_at(owner, "vehicle");
  const std::string_view message = vehicle == nullptr ? "" : text_at(*vehicle, "activation_status_message");
  fmt::print("{}  consent {:<6} {:<22} {} {}\n", text_at(owner, "vin"), text_at(owner, "consent"),
             message.empty() ? "never asked for" : message, text_at(owner, "name"), text_at(owner, "email"));
  const auto* const reason = vehicle == nullptr ? nullptr : json::object_at(*vehicle, "reason");
  if (reason != nullptr)
    fmt::print("  {} {} ({})\n", text_at(*reason, "text"), text_at(*reason, "todo"), text_at(*reason, "who"));
  if (const auto url = text_at(owner, "consent_url"); !url.empty()) fmt::print("  {}\n", url);
}

int print_owners(const json::object& answer, bool as_json) {
  if (as_json) {
    print_document(answer);
    return 0;
  }
  const auto* const items = json::array_at(answer, "items");
  if (items == nullptr || items->empty()) fmt::print("no owner of a single Tesla is on record\n");
  if (items != nullptr)
    for (const auto& item : *items) print_owner(item.as_object());
  return 0;
}

// -- the run ----------------------------------------------------------------------------------------------

Result<int> run_once(StoreSession& session, bool as_json) {
  CTR_TRY(begun, ask_document(session, post(std::string(kOwners) + "/runs")));
  CTR_TRY(run, watch_fleet_run(session, std::string(text_at(begun, "id"))));
  const auto* const summary = json::object_at(run, "summary");
  if (as_json)
    print_document(run);
  else if (summary != nullptr)
    fmt::print("{}", fleet_table(*summary));
  return summary == nullptr ? 1 : static_cast<int>(json::integer_at(*summary, "exit_status").value_or(1));
}

Result<int> import_owners(StoreSession& session, const std::string& path, bool as_json) {
  std::ifstream file;
  if (path != "-") file.open(path, std::ios::binary);
  if (path != "-" && !file) return fail(ErrorKind::invalid, "fleet", fmt::format("{} cannot be read", path));
  OwnerImport importing(session);
  CTR_CHECK(importing.run(path == "-" ? std::cin : file));
  return importing.print(as_json);
}

}  // namespace

int run_command(const cli::TeslaIndividual& tesla, const cli::Options& options,
                const Environment& environment) {
  const auto run = [&]() -> Result<int> {
    CTR_TRY(config, read_config(environment, options.db));
    CTR_TRY(fleet, read_fleet_config(environment));
    CTR_TRY(session, StoreSession::open(config, fleet));
    switch (tesla.verb) {
      case cli::TeslaIndividual::Verb::run:
        return run_once(*session, options.json);
      case cli::TeslaIndividual::Verb::import:
        return import_owners(*session, tesla.file, options.json);
      case cli::TeslaIndividual::Verb::list: {
        CTR_TRY(answer, ask_document(*session, get(std::string(kOwners))));
        return print_owners(answer, options.json);
      }
    }
    return 2;
  };
  const auto status = run();
  return status ? *status : complain(status.error());
}

}  // namespace contactor::app
