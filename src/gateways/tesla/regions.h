#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::tesla {

/// Tesla's own hosts: North America with the Pacific, Europe with Africa and the Middle East, China.
[[nodiscard]] std::vector<std::string> tesla_hosts();

/// Which region's host a vehicle answers at. A token must never be sent to a host that somebody else names,
/// so only known hosts are switched to.
class Regions {
 public:
  /// @param known_hosts  with port, where it is not 443
  Regions(std::string base_url, std::vector<std::string> known_hosts)
      : base_url_(std::move(base_url)), known_hosts_(std::move(known_hosts)) {}

  /// Where to ask about this vehicle: where it answered last, else where its fleet did, else the configured
  /// one.
  [[nodiscard]] const std::string& base_of(const std::string& fleet, const Vin& vin) const;
  void remember(const std::string& fleet, const Vin& vin, const std::string& base_url);
  /// The base URL that a 421 points at; nothing where it names no other known host.
  [[nodiscard]] std::optional<std::string> base_after_421(const ports::HttpResponse& response,
                                                          std::string_view asked_base_url) const;

 private:
  std::string base_url_;
  std::vector<std::string> known_hosts_;
  std::unordered_map<Vin, std::string> vehicles_;
  std::unordered_map<std::string, std::string> fleets_;
};

}  // namespace contactor::gateways::tesla
