#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.h"

namespace contactor::api {

enum class Role : std::uint8_t { viewer, operator_, technician, admin, service };
inline constexpr std::initializer_list<Role> kRoles{Role::viewer, Role::operator_, Role::technician,
                                                    Role::admin, Role::service};

/// As tokens store it: viewer operator technician admin service.
[[nodiscard]] std::string_view to_string(Role role);
[[nodiscard]] std::optional<Role> parse_role(std::string_view text);

/// Who asks, as the access token says.
struct Principal {
  TokenId token_id;
  Role role = Role::viewer;
  std::string name;
  std::string client;  ///< empty where the token belongs to nobody's system

  /// The name under which orders and actions are recorded.
  [[nodiscard]] const std::string& subject() const { return client.empty() ? name : client; }
  /// A service account sees only what it ordered itself.
  [[nodiscard]] bool sees_all() const { return role != Role::service; }
  [[nodiscard]] bool sees(std::string_view ordered_by) const { return sees_all() || ordered_by == subject(); }
  /// Viewers get VINs and addresses masked.
  [[nodiscard]] bool sees_personal_data() const { return role != Role::viewer; }
};

/// Who came in through the node's own socket file: the owner of this machine, who could open the store as
/// well.
[[nodiscard]] Principal local_principal(std::uint32_t user);

/// Who may use a route. It cannot be built without saying so.
class Policy {
 public:
  /// Needs no token: the reason stands in the route table for all to read.
  [[nodiscard]] static constexpr Policy open(std::string_view reason) { return Policy(0, reason); }
  [[nodiscard]] static constexpr Policy roles(std::initializer_list<Role> allowed) {
    std::uint8_t bits = 0;
    for (const Role role : allowed)
      bits = static_cast<std::uint8_t>(bits | 1U << static_cast<unsigned>(role));
    return Policy(bits, {});
  }
  [[nodiscard]] constexpr bool is_open() const { return !reason_.empty(); }
  [[nodiscard]] constexpr std::string_view reason() const { return reason_; }
  [[nodiscard]] constexpr bool allows(Role role) const {
    return (bits_ >> static_cast<unsigned>(role) & 1U) != 0;
  }

 private:
  constexpr Policy(std::uint8_t bits, std::string_view reason) : bits_(bits), reason_(reason) {}
  std::uint8_t bits_;
  std::string_view reason_;
};

}  // namespace contactor::api
