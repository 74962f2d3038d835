// Credentials from the terminal. A secret comes from a file or from standard input, never from the command
// line.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>

#include "app/ask.h"
#include "app/charging_words.h"
#include "app/commands.h"
#include "app/store_session.h"
#include "json/json.h"

namespace contactor::app {
namespace {

constexpr std::string_view kCredentials = "/v1/charging/credentials";
constexpr std::size_t kSecretMax = 2000;

Result<std::string> read_secret(const std::string& file) {
  std::string text;
  const auto read = [&text](std::istream& from) {
    text.resize(kSecretMax + 2);
    from.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(from.gcount()));
  };
  if (file == "-") {
    read(std::cin);
  } else {
    std::ifstream from(file, std::ios::binary);
    if (!from) return fail(ErrorKind::invalid, "credential", fmt::format("{} cannot be read", file));
    read(from);
  }
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty() || text.size() > kSecretMax)
    return fail(ErrorKind::invalid, "credential", fmt::format("a secret has 1 to {} bytes", kSecretMax));
  return text;
}

Result<int> add(StoreSession& session, const cli::CredentialWork& work, bool as_json) {
  json::object wanted{{"name", work.name}, {"kind", work.kind}, {"provider", work.provider}};
  if (!work.url.empty()) wanted["url"] = work.url;
  if (!work.username.empty()) wanted["username"] = work.username;
  if (!work.secret_file.empty()) {
    CTR_TRY(secret, read_secret(work.secret_file));
    wanted["secret"] = secret;
  }
  CTR_TRY(made, ask_document(session, post(std::string(kCredentials), wanted, fresh_key())));
  if (as_json)
    print_document(made);
  else
    fmt::print("{}\n", text_at(made, "id"));
  return 0;
}

Result<int> rotate(StoreSession& session, const cli::CredentialWork& work, bool as_json) {
  CTR_TRY(secret, read_secret(work.secret_file));
  auto request = post(one_of(kCredentials, work.id), json::object{{"secret", secret}});
  request.method = "PATCH";
  CTR_TRY(done, ask_document(session, std::move(request)));
  if (as_json)
    print_document(done);
  else
    fmt::print("{} has a new secret\n", work.id);
  return 0;
}

/// Exit status 3 where something could not be opened, or was changed meanwhile: another walk is needed then.
Result<int> rekey(StoreSession& session, bool as_json) {
  std::int64_t resealed = 0;
  std::int64_t current = 0;
  json::array unreadable;
  json::array overtaken;
  for (std::string cursor;;) {
    CTR_TRY(page, ask_document(session, post("/local/rekey?cursor=" + cursor)));
    resealed += json::integer_at(page, "resealed").value_or(0);
    current += json::integer_at(page, "current").value_or(0);
    for (auto& name : page["unreadable"].as_array()) unreadable.push_back(std::move(name));
    for (auto& name : page["overtaken"].as_array()) overtaken.push_back(std::move(name));
    cursor = text_at(page, "next_cursor");
    if (cursor.empty()) break;
  }
  const int status = unreadable.empty() && overtaken.empty() ? 0 : 3;
  if (as_json) {
    print_document(
        {{"resealed", resealed}, {"current", current}, {"unreadable", unreadable}, {"overtaken", overtaken}});
    return status;
  }
  fmt::print("{} sealed again, {} were under the key already\n", resealed, current);
  for (const auto& name : unreadable)
    fmt::print(stderr, "{}: neither key opens it\n", std::string_view(name.as_string()));
  for (const auto& name : overtaken)
    fmt::print(stderr, "{}: it was changed meanwhile, run this again\n", std::string_view(name.as_string()));
  return status;
}

Result<int> work_on(StoreSession& session, const cli::CredentialWork& work, bool as_json) {
  switch (work.verb) {
    case cli::CredentialWork::Verb::add:
      return add(session, work, as_json);
    case cli::CredentialWork::Verb::list:
      return list_records(session, kCredentials, {"id", "kind", "provider", "name", "active"}, as_json);
    case cli::CredentialWork::Verb::rotate:
      return rotate(session, work, as_json);
    case cli::CredentialWork::Verb::remove:
      return retire_record(session, kCredentials, work.id, as_json);
    case cli::CredentialWork::Verb::rekey:
      return rekey(session, as_json);
  }
  return 2;
}

}  // namespace

int run_command(const cli::CredentialWork& work, const cli::Options& options,
                const Environment& environment) {
  const auto status = [&]() -> Result<int> {
    CTR_TRY(config, read_config(environment, options.db));
    CTR_TRY(session, StoreSession::open(config, {}));
    return work_on(*session, work, options.json);
  }();
  return status ? *status : complain(status.error());
}

}  // namespace contactor::app
