#include "api/routes.h"

namespace contactor::api {
namespace {

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto next = text.find(at);
    parts.push_back(text.substr(0, next));
    if (next == std::string_view::npos) return parts;
    text.remove_prefix(next + 1);
  }
}

using Values = std::vector<std::pair<std::string, std::string>>;

std::optional<Values> match_path(std::string_view pattern, std::string_view path) {
  if (pattern.ends_with('*')) {
    pattern.remove_suffix(1);
    if (!path.starts_with(pattern) || path.size() == pattern.size()) return std::nullopt;
    return Values{};
  }
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  Values values;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with('{')) {
      if (wanted[i] != given[i]) return std::nullopt;
      continue;
    }
    auto value = percent_decode(given[i], false);
    if (!value || value->empty()) return std::nullopt;
    values.emplace_back(wanted[i].substr(1, wanted[i].size() - 2), std::move(*value));
  }
  return values;
}

void find_in(const std::vector<Route>& table, std::string_view method, std::string_view path, Match& match) {
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const auto& route : table) {
    auto values = match_path(route.pattern, path);
    if (!values) continue;
    match.allowed.push_back(route.method);
    if (route.method == "GET") match.allowed.push_back("HEAD");
    if (route.method != wanted) continue;
    match.route = &route;
    match.path_values = std::move(*values);
  }
}

std::vector<Route> build_table() {
  std::vector<Route> table;
  for (auto group :
       {fleet_vehicle_routes(), fleet_run_routes(), fleet_plan_routes(), fleet_report_routes(),
        charging_routes(), client_desk_routes(), ota_routes(), catalogue_routes(), customer_routes(),
        callback_routes(), support_routes(), overview_routes(), system_routes()})
    for (auto& route : group) table.push_back(std::move(route));
  return table;
}

}  // namespace

const std::vector<Route>& route_table() {
  static const std::vector<Route> table = build_table();
  return table;
}

const std::vector<Route>& local_route_table() {
  static const std::vector<Route> table = [] {
    auto all = local_routes();
    std::ranges::move(tesla_owner_routes(), std::back_inserter(all));
    for (auto& route : client_desk_local_routes()) all.push_back(std::move(route));
    return all;
  }();
  return table;
}

Match find_route(std::string_view method, std::string_view path, bool is_local) {
  Match match;
  find_in(route_table(), method, path, match);
  if (is_local) find_in(local_route_table(), method, path, match);
  return match;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const auto high = i + 2 < text.size() ? hex_digit(text[i + 1]) : std::nullopt;
      const auto low = high ? hex_digit(text[i + 2]) : std::nullopt;
      if (!low) return std::nullopt;
      out += static_cast<char>(*high * 16 + *low);
      i += 2;
    }
  }
  return out;
}

std::optional<Values> read_query(std::string_view query) {
  Values values;
  if (query.empty()) return values;
  for (const auto part : split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), true);
    auto value =
        percent_decode(equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1), true);
    if (!name || !value) return std::nullopt;
    values.emplace_back(std::move(*name), std::move(*value));
  }
  return values;
}

}  // namespace contactor::api
