#pragma once

#include <string>
#include <string_view>

#include "app/config.h"

namespace contactor::app {

/// The URL as it may be shown: `***` stands for every password in it.
[[nodiscard]] std::string shown(std::string_view url);

/// One of the two databases that the environment names: POSTGRES_* or POSTGRES_*_PRODUCTION.
enum class Place : std::uint8_t { local, production };
[[nodiscard]] std::string_view to_string(Place place);

struct NamedDatabase {
  std::string user;
  Secret password;
  std::string host;  ///< a folder where it begins with a slash
  std::string port;
  std::string name;

  [[nodiscard]] std::string url() const;
  /// Whether both name one database. The port does not count: a pooler in front of a database has another.
  [[nodiscard]] bool is_same(const NamedDatabase& other) const;
};

/// @errors  invalid, naming every variable that is missing, or the one that makes no sense.
[[nodiscard]] Result<NamedDatabase> named_database(const Environment& environment, Place place);
/// Whether any of its variables is set.
[[nodiscard]] bool is_mentioned(const Environment& environment, Place place);

}  // namespace contactor::app
