#include "gateways/tesla/regions.h"

#include <algorithm>

#include "gateways/tesla/wire.h"

namespace contactor::gateways::tesla {
namespace {

constexpr std::size_t kRememberedMax = 200'000;

struct Authority {
  std::size_t at = 0;
  std::size_t size = 0;
};

Authority authority_in(std::string_view url) {
  const auto scheme = url.find("://");
  const std::size_t at = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", at), url.size());
  return {.at = at, .size = end - at};
}

bool same_host(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

std::vector<std::string> tesla_hosts() {
  return {"fleet-api.prd.na.vn.cloud.tesla.com", "fleet-api.prd.eu.vn.cloud.tesla.com",
          "fleet-api.prd.cn.vn.cloud.tesla.cn"};
}

const std::string& Regions::base_of(const std::string& fleet, const Vin& vin) const {
  if (const auto found = vehicles_.find(vin); found != vehicles_.end()) return found->second;
  if (const auto found = fleets_.find(fleet); found != fleets_.end()) return found->second;
  return base_url_;
}

void Regions::remember(const std::string& fleet, const Vin& vin, const std::string& base_url) {
  if (base_of(fleet, vin) == base_url) return;
  if (vehicles_.size() >= kRememberedMax) vehicles_.clear();
  vehicles_[vin] = base_url;
  if (fleets_.size() < kRememberedMax) fleets_[fleet] = base_url;
}

std::optional<std::string> Regions::base_after_421(const ports::HttpResponse& response,
                                                   std::string_view asked_base_url) const {
  const auto host = host_of_421(response);
  const Authority asked = authority_in(asked_base_url);
  if (!host || same_host(*host, asked_base_url.substr(asked.at, asked.size))) return std::nullopt;
  const Authority own = authority_in(base_url_);
  const bool known =
      same_host(*host, std::string_view(base_url_).substr(own.at, own.size)) ||
      std::ranges::any_of(known_hosts_, [&](const std::string& one) { return same_host(*host, one); });
  if (!known) return std::nullopt;
  return std::string(base_url_).replace(own.at, own.size, *host);
}

}  // namespace contactor::gateways::tesla
