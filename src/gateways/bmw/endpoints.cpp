#include "gateways/bmw/endpoints.h"

#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::bmw {
namespace {

ports::HttpRequest call(std::string method, std::string_view base_url, const std::string& path) {
  if (base_url.ends_with('/')) base_url.remove_suffix(1);
  return {.method = std::move(method),
          .url = fmt::format("{}/{}", base_url, path),
          .headers = {{"Accept", "application/json"}},
          .body = {}};
}

}  // namespace

ports::HttpRequest vehicle_request(std::string_view base_url, const Vin& vin) {
  return call("GET", base_url, fmt::format("vehicle/{}", vin.str()));
}

ports::HttpRequest check_request(std::string_view base_url, const Vin& vin) {
  return call("GET", base_url, fmt::format("vin-checker/{}", vin.str()));
}

ports::HttpRequest create_request(std::string_view base_url, const Vin& vin) {
  auto request = call("POST", base_url, "vehicle");
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::serialize(json::object{
      {"vin", vin.str()}, {"licence_plate", ""}, {"note", ""}, {"contract", {{"end_date", ""}}}});
  return request;
}

ports::HttpRequest fleets_request(std::string_view base_url) { return call("GET", base_url, "fleet"); }

ports::HttpRequest join_request(std::string_view base_url, std::string_view fleet_id, const Vin& vin) {
  return call("POST", base_url,
              fmt::format("fleet/{}/vehicle/{}", ports::percent_encode(fleet_id), vin.str()));
}

ports::HttpRequest delete_request(std::string_view base_url, const Vin& vin) {
  return call("DELETE", base_url, fmt::format("vehicle/{}", vin.str()));
}

ports::HttpRequest data_request(std::string_view base_url, const Vin& vin) {
  return call("GET", base_url, fmt::format("data/vehicle/{}", vin.str()));
}

}  // namespace contactor::gateways::bmw
