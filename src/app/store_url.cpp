#include "app/store_url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "ports/url_encoding.h"

namespace contactor::app {
namespace {

constexpr std::array kNames{"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_HOST", "POSTGRES_PORT",
                            "POSTGRES_DB"};

std::string variable(std::string_view name, Place place) {
  return std::string(name) + (place == Place::production ? "_PRODUCTION" : "");
}

/// Replaces what stands between two places of a text.
std::string hidden(std::string_view text, std::size_t from, std::size_t to) {
  return fmt::format("{}***{}", text.substr(0, from), text.substr(to));
}

std::string without_user_password(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == url.npos) return std::string(url);
  const auto begin = scheme + 3;
  // A password that was not encoded may hold slashes and at signs: the last one that can belong to it
  // decides.
  const auto end = std::min(url.find('?', begin), url.size());
  const auto at = url.substr(begin, end - begin).rfind('@');
  const auto colon = url.find(':', begin);
  if (at == url.npos || colon == url.npos || colon > begin + at) return std::string(url);
  return hidden(url, colon + 1, begin + at);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string canonical_host(const std::string& host) {
  const std::string plain = lower(host);
  const bool is_loopback =
      plain == "localhost" || plain == "::1" || plain.starts_with("127.") || plain.starts_with("/");
  return is_loopback ? "localhost" : plain;
}

Status check_port(const std::string& port, Place place) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  if (error == std::errc{} && end == port.data() + port.size() && number > 0) return {};
  return fail(ErrorKind::invalid, "config",
              fmt::format("{} must be a port's number, from 1 to 65535", variable("POSTGRES_PORT", place)));
}

}  // namespace

std::string shown(std::string_view url) {
  std::string text = without_user_password(url);
  for (const std::string_view key : {"password=", "sslpassword="})
    for (std::size_t at = text.find('?'); at != text.npos;) {
      at = text.find(key, at);
      if (at == text.npos) break;
      const auto begin = at + key.size();
      const bool is_key = text[at - 1] == '?' || text[at - 1] == '&';
      if (is_key) text = hidden(text, begin, std::min(text.find('&', begin), text.size()));
      at = begin;
    }
  return text;
}

std::string_view to_string(Place place) { return place == Place::production ? "production" : "local"; }

std::string NamedDatabase::url() const {
  const bool is_address_6 = host.contains(':');
  const std::string where = is_address_6 ? "[" + host + "]" : ports::percent_encode(host);
  return fmt::format("postgres://{}:{}@{}:{}/{}", ports::percent_encode(user),
                     ports::percent_encode(password.reveal()), where, port, ports::percent_encode(name));
}

bool NamedDatabase::is_same(const NamedDatabase& other) const {
  return name == other.name && canonical_host(host) == canonical_host(other.host);
}

Result<NamedDatabase> named_database(const Environment& environment, Place place) {
  std::vector<std::string> missing;
  for (const std::string_view name : kNames)
    if (!environment.has(variable(name, place))) missing.push_back(variable(name, place));
  if (!missing.empty())
    return fail(ErrorKind::invalid, "config",
                fmt::format("the environment {} is named by five variables, and {} {} not set",
                            to_string(place), fmt::join(missing, ", "), missing.size() == 1 ? "is" : "are"));
  NamedDatabase named{.user = environment.get(variable("POSTGRES_USER", place)),
                      .password = Secret(environment.get(variable("POSTGRES_PASSWORD", place))),
                      .host = environment.get(variable("POSTGRES_HOST", place)),
                      .port = environment.get(variable("POSTGRES_PORT", place)),
                      .name = environment.get(variable("POSTGRES_DB", place))};
  CTR_CHECK(check_port(named.port, place));
  return named;
}

bool is_mentioned(const Environment& environment, Place place) {
  return std::ranges::any_of(kNames,
                             [&](std::string_view name) { return environment.has(variable(name, place)); });
}

}  // namespace contactor::app
