#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace contactor::ports {

/// An IP address. An IPv4 address inside of an IPv6 one stays IPv6: what is connected to is what is judged.
struct Address {
  bool is_v6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< network order; IPv4 in the first four

  /// Four decimal numbers without leading zeros, or IPv6 without zone and brackets.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);
  [[nodiscard]] static Address v4(std::span<const std::uint8_t, 4> bytes);
  [[nodiscard]] static Address v6(std::span<const std::uint8_t, 16> bytes);
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Address&, const Address&) = default;
};

/// All addresses that begin alike: `10.0.0.0/8`, `fd00::/8`. One address alone is a network too.
struct Network {
  Address first;
  int bits = 0;

  /// @errors  invalid, naming the text.
  [[nodiscard]] static Result<Network> parse(std::string_view text);
  [[nodiscard]] bool contains(const Address& address) const;
};

/// What is no public address is called here by its name, "loopback", "link-local"…; empty for public ones.
/// Addresses that carry another one (mapped, 6to4, NAT64, Teredo) count as not public: they may lead inside.
/// @source  IANA special-purpose address registries; the metadata services of the large clouds.
[[nodiscard]] std::string_view name_of_special(const Address& address);

/// Where requests may go whose address a stranger chose.
struct EgressPolicy {
  std::vector<Network> also;  ///< beside public addresses; there with plain http and on any port
  std::vector<std::uint16_t> ports{443, 8443};  ///< at public addresses
  /// What is never sent to, wherever it stands: ourselves.
  struct Place {
    Address address;
    std::uint16_t port = 0;
  };
  std::vector<Place> own;

  /// Everything may be reached: for tests, and for a network that is walled in otherwise.
  [[nodiscard]] static EgressPolicy anywhere();
};

/// May a socket be opened to this address? Asked for each address that is connected to, after the name was
/// looked up.
/// @param tls  the URL begins with https.
/// @errors     unauthorized, with a sentence that names the reason.
[[nodiscard]] Status check_connect(const EgressPolicy& policy, const Address& address, std::uint16_t port,
                                   bool tls);

/// What can be said of a URL before its name is looked up: https (or http where some network is allowed
/// beside the public ones), no user name, a port that may be, a host that may be.
/// @param hosts  the only hosts that may be, any case; empty: every host.
/// @errors       invalid; unauthorized.
[[nodiscard]] Status check_url(const EgressPolicy& policy, std::string_view url,
                               std::span<const std::string> hosts = {});

}  // namespace contactor::ports
