#include "ports/egress.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "ports/url.h"

namespace contactor::ports {
namespace {

constexpr std::string_view origin = "egress";

struct Special {
  std::string_view network;
  std::string_view name;
};

/// The first row that contains an address names it.
constexpr std::array kSpecial{
    Special{"0.0.0.0/8", "this network"},
    Special{"10.0.0.0/8", "private"},
    Special{"100.64.0.0/10", "shared by a carrier (CGNAT)"},
    Special{"127.0.0.0/8", "loopback"},
    Special{"169.254.0.0/16", "link-local, where clouds keep their metadata"},
    Special{"168.63.129.16/32", "a cloud's own service"},
    Special{"172.16.0.0/12", "private"},
    Special{"192.0.0.0/24", "set aside for protocols"},
    Special{"192.0.2.0/24", "for documents only"},
    Special{"192.88.99.0/24", "a 6to4 relay"},
    Special{"192.168.0.0/16", "private"},
    Special{"198.18.0.0/15", "for benchmarks only"},
    Special{"198.51.100.0/24", "for documents only"},
    Special{"203.0.113.0/24", "for documents only"},
    Special{"224.0.0.0/4", "multicast"},
    Special{"240.0.0.0/4", "reserved"},
    Special{"::1/128", "loopback"},
    Special{"::/128", "unspecified"},
    Special{"::ffff:0:0/96", "an IPv4 address inside of an IPv6 one"},
    Special{"64:ff9b::/96", "translated to IPv4 (NAT64)"},
    Special{"64:ff9b:1::/48", "translated to IPv4 (NAT64)"},
    Special{"fc00::/7", "private"},
    Special{"fe80::/10", "link-local"},
    Special{"fec0::/10", "site-local"},
    Special{"ff00::/8", "multicast"},
    Special{"2001::/32", "a tunnel (Teredo)"},
    Special{"2001::/23", "set aside for protocols"},
    Special{"2001:db8::/32", "for documents only"},
    Special{"2002::/16", "a tunnel (6to4)"},
    Special{"3fff::/20", "for documents only"},
};
constexpr std::string_view kGlobalUnicast = "2000::/3";

Network network_of(std::string_view text) {
  auto network = Network::parse(text);
  CTR_ASSERT(network.has_value());
  return *network;
}

struct Named {
  Network network;
  std::string_view name;
};

const std::vector<Named>& special_networks() {
  static const auto networks = [] {
    std::vector<Named> made;
    for (const auto& [text, name] : kSpecial) made.push_back({network_of(text), name});
    return made;
  }();
  return networks;
}

std::optional<int> number_in(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

bool contains(const std::vector<std::uint16_t>& ports, std::uint16_t port) {
  return std::ranges::find(ports, port) != ports.end();
}

bool contained(const std::vector<Network>& networks, const Address& address) {
  return std::ranges::any_of(networks, [&](const Network& network) { return network.contains(address); });
}

std::string lower(std::string_view text) {
  std::string made(text);
  for (char& c : made)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return made;
}

}  // namespace

std::optional<Address> Address::parse(std::string_view text) {
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const std::string ended(text);
  Address address{.is_v6 = ended.contains(':'), .bytes = {}};
  // inet_pton takes neither short forms nor octal numbers: only what leads to one address for all readers.
  if (::inet_pton(address.is_v6 ? AF_INET6 : AF_INET, ended.c_str(), address.bytes.data()) != 1)
    return std::nullopt;
  return address;
}

Address Address::v4(std::span<const std::uint8_t, 4> bytes) {
  Address address;
  std::ranges::copy(bytes, address.bytes.begin());
  return address;
}

Address Address::v6(std::span<const std::uint8_t, 16> bytes) {
  Address address{.is_v6 = true, .bytes = {}};
  std::ranges::copy(bytes, address.bytes.begin());
  return address;
}

std::string Address::text() const {
  std::array<char, INET6_ADDRSTRLEN> room{};
  return ::inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes.data(), room.data(), room.size());
}

Result<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = Address::parse(text.substr(0, slash));
  if (!first)
    return fail(ErrorKind::invalid, origin,
                fmt::format("\"{}\" is no network: write 10.0.0.0/8 or fd00::/8", text.substr(0, 60)));
  const int most = first->is_v6 ? 128 : 32;
  const auto bits = slash == std::string_view::npos ? most : number_in(text.substr(slash + 1));
  if (!bits || *bits > most)
    return fail(ErrorKind::invalid, origin,
                fmt::format("\"{}\": a network of this kind has 0 to {} bits", text.substr(0, 60), most));
  return Network{.first = *first, .bits = *bits};
}

bool Network::contains(const Address& address) const {
  if (address.is_v6 != first.is_v6) return false;
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(first.bytes.begin(), first.bytes.begin() + bits / 8, address.bytes.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || ((first.bytes[whole] ^ address.bytes[whole]) >> (8 - rest)) == 0;
}

std::string_view name_of_special(const Address& address) {
  for (const auto& [network, name] : special_networks())
    if (network.contains(address)) return name;
  static const Network global = network_of(kGlobalUnicast);
  return address.is_v6 && !global.contains(address) ? "not in use on the public internet" : "";
}

EgressPolicy EgressPolicy::anywhere() {
  return {.also = {network_of("0.0.0.0/0"), network_of("::/0")}, .ports = {}, .own = {}};
}

Status check_connect(const EgressPolicy& policy, const Address& address, std::uint16_t port, bool tls) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorKind::unauthorized, origin,
                fmt::format("{} port {} is not sent to: {}", address.text(), port, why));
  };
  for (const auto& own : policy.own)
    if (own.address == address && own.port == port) return refuse("that is this program itself");
  if (contained(policy.also, address)) return {};
  if (const auto special = name_of_special(address); !special.empty())
    return refuse(fmt::format("the address is {}", special));
  if (!tls) return refuse("only https goes to public addresses");
  if (!contains(policy.ports, port)) return refuse("no service is expected on that port");
  return {};
}

Status check_url(const EgressPolicy& policy, std::string_view url, std::span<const std::string> hosts) {
  CTR_TRY(parts, parse_url(url));
  const auto port = static_cast<std::uint16_t>(number_in(parts.port).value_or(0));
  const auto refuse = [](std::string why) { return fail(ErrorKind::unauthorized, origin, std::move(why)); };
  if (!hosts.empty() &&
      std::ranges::none_of(hosts, [&](const std::string& host) { return lower(host) == lower(parts.host); }))
    return refuse(fmt::format("{} is not among the client's allowed hosts", parts.host));
  if (const auto address = Address::parse(parts.host))
    return check_connect(policy, *address, port, parts.tls);
  // A name may lead to an allowed network: what else holds there is judged with the address.
  if (!policy.also.empty()) return {};
  if (!parts.tls) return refuse("the URL must begin with https://");
  if (!contains(policy.ports, port))
    return refuse(fmt::format("port {}: no service is expected there", port));
  return {};
}

}  // namespace contactor::ports
