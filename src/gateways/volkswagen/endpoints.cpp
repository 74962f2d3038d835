#include "gateways/volkswagen/endpoints.h"

#include "json/json.h"

namespace contactor::gateways::volkswagen {
namespace {

ports::HttpRequest call(const Place& place, std::string method, std::string_view name, json::value body) {
  return {.method = std::move(method),
          .url = url_of(place.base_url, name),
          .headers = {{"Content-Type", "application/json"},
                      {"Accept", "application/json"},
                      {"x-sub-organisation-id", place.organisation}},
          .body = json::serialize(body)};
}

json::object listing(std::span<const Vin> vins) {
  json::array listed;
  for (const Vin& vin : vins) listed.emplace_back(vin.str());
  return {{"vins", std::move(listed)}};
}

}  // namespace

std::string url_of(std::string_view base_url, std::string_view call) {
  if (base_url.ends_with('/')) base_url.remove_suffix(1);
  return fmt::format("{}/v1/fdp/{}", base_url, call);
}

ports::HttpRequest statuses_request(const Place& place) {
  // The cloud is known to answer this GET with an empty object as its body.
  return call(place, "GET", "vehicle-status", json::object());
}

ports::HttpRequest approvals_request(const Place& place) {
  auto request = call(place, "GET", "vehicle-approval", {});
  request.body.clear();
  return request;
}

ports::HttpRequest approve_request(const Place& place, std::span<const Vin> vins) {
  return call(place, "POST", "vehicle-approval", listing(vins));
}

ports::HttpRequest confirm_request(const Place& place, std::span<const VerificationCode> codes) {
  CTR_ASSERT(!codes.empty());
  json::array confirmations;
  for (const auto& [vin, code] : codes)
    confirmations.push_back(json::object{{"vin", vin.str()}, {"verification-code", code}});
  return call(place, "POST", "vehicle-confirmation",
              json::object{{"vehicle-confirmations", std::move(confirmations)}});
}

ports::HttpRequest withdraw_request(const Place& place, std::span<const Vin> vins) {
  return call(place, "DELETE", "vehicle-approval", listing(vins));
}

}  // namespace contactor::gateways::volkswagen
