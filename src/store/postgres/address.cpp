#include "store/postgres/address.h"

#include <algorithm>

namespace contactor::store::postgres {
namespace {

std::unexpected<Error> refuse(std::string detail) {
  return fail(ErrorKind::invalid, "store", std::move(detail));
}

Result<Options> options_of(const std::string& url) {
  char* problem = nullptr;
  PQconninfoOption* const parsed = PQconninfoParse(url.c_str(), &problem);
  if (parsed == nullptr) {
    // libpq repeats parts of the URL here, which may be the password.
    PQfreemem(problem);
    return refuse("the database's URL is not one: postgres://USER@HOST:PORT/DATABASE?sslmode=verify-full");
  }
  Options options;
  for (const auto* at = parsed; at->keyword != nullptr; ++at)
    if (at->val != nullptr) options[at->keyword] = at->val;
  PQconninfoFree(parsed);
  return options;
}

std::vector<std::string> parts_of(const Options& options, std::string_view name) {
  std::vector<std::string> parts;
  const auto found = options.find(name);
  if (found == options.end()) return parts;
  std::string_view rest = found->second;
  for (;;) {
    const auto comma = rest.find(',');
    parts.emplace_back(rest.substr(0, comma));
    if (comma == rest.npos) return parts;
    rest.remove_prefix(comma + 1);
  }
}

bool is_local(std::string_view host) {
  return host.empty() || host.starts_with('/') || host.starts_with('@') || host == "localhost" ||
         host.starts_with("127.") || host == "::1";
}

void give(Options& options, const std::string& name, std::string value) {
  options.try_emplace(name, std::move(value));
}

std::string seconds(Millis duration) {
  return std::to_string(std::max<std::int64_t>(1, std::chrono::ceil<std::chrono::seconds>(duration).count()));
}

void add_defaults(Options& options, std::string_view node, const PostgresTimeouts& timeouts) {
  give(options, "target_session_attrs", "read-write");
  give(options, "application_name", fmt::format("contactor/{}", node));
  give(options, "client_encoding", "UTF8");
  give(options, "connect_timeout", seconds(timeouts.connect));
  // A silent peer is noticed after idle + interval × count, or when what was sent stays unconfirmed.
  const auto third = seconds(timeouts.silence / 3);
  give(options, "keepalives", "1");
  give(options, "keepalives_idle", third);
  give(options, "keepalives_interval", third);
  give(options, "keepalives_count", "2");
  give(options, "tcp_user_timeout", std::to_string(timeouts.silence.count()));
}

std::string pick(const std::vector<std::string>& parts, std::size_t i) {
  if (parts.empty()) return {};
  return parts.size() == 1 ? parts[0] : parts[i];
}

}  // namespace

Result<Address> parse_address(std::string_view url, std::string_view node, const PostgresTimeouts& timeouts) {
  CTR_TRY(options, options_of(std::string(url)));
  add_defaults(options, node, timeouts);
  const auto hosts = parts_of(options, "host");
  const auto addresses = parts_of(options, "hostaddr");
  const auto ports = parts_of(options, "port");
  const std::size_t count = std::max<std::size_t>({hosts.size(), addresses.size(), 1});
  for (const auto* list : {&hosts, &addresses, &ports})
    if (list->size() > 1 && list->size() != count)
      return refuse("the database's URL names as many ports as hosts, or one for all");
  Address address;
  for (std::size_t i = 0; i < count; ++i) {
    Options host = options;
    for (const auto& [name, list] : {std::pair("host", &hosts), {"hostaddr", &addresses}, {"port", &ports}})
      if (const auto value = pick(*list, i); !value.empty())
        host[name] = value;
      else
        host.erase(name);
    if (!is_local(pick(hosts, i))) give(host, "sslmode", "verify-full");
    const auto port = host.find("port");
    address.name +=
        fmt::format("{}{}:{}", i == 0 ? "" : ",", pick(hosts, i).empty() ? "local" : pick(hosts, i),
                    port == host.end() ? "5432" : port->second);
    address.hosts.push_back(std::move(host));
  }
  if (const auto database = options.find("dbname"); database != options.end())
    address.name += "/" + database->second;
  return address;
}

}  // namespace contactor::store::postgres

namespace contactor::store {

bool is_postgres(std::string_view url) {
  return url.starts_with("postgres://") || url.starts_with("postgresql://");
}

}  // namespace contactor::store
