#include "gateways/high_mobility/endpoints.h"

#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::high_mobility {
namespace {

struct Brand {
  std::string_view make;  ///< as in our table of makes
  std::string_view brand;
  bool tells_eligibility = false;
};

// Nissan is missing there on purpose: the aggregator does not serve it.
constexpr std::array kBrands{Brand{"mercedes-benz", "mercedes-benz", true},
                             Brand{"ford", "ford", true},
                             Brand{"volvo", "volvo-cars", true},
                             Brand{"renault", "renault", true},
                             Brand{"dacia", "dacia"},
                             Brand{"bmw", "bmw", true},
                             Brand{"mini", "mini", true},
                             Brand{"citroën", "citroen", true},
                             Brand{"ds automobiles", "ds", true},
                             Brand{"peugeot", "peugeot", true},
                             Brand{"opel", "opel", true},
                             Brand{"vauxhall", "vauxhall", true},
                             Brand{"jeep", "jeep", true},
                             Brand{"fiat", "fiat", true},
                             Brand{"alfa romeo", "alfaromeo", true},
                             Brand{"toyota", "toyota", true},
                             Brand{"lexus", "lexus", true},
                             Brand{"porsche", "porsche"},
                             Brand{"maserati", "maserati"},
                             Brand{"kia", "kia"},
                             Brand{"tesla", "tesla"},
                             Brand{"skoda", "skoda"},
                             Brand{"audi", "audi"},
                             Brand{"volkswagen", "volkswagen"},
                             Brand{"seat", "seat"},
                             Brand{"cupra", "cupra"},
                             Brand{"polestar", "polestar"}};

ports::HttpRequest call(std::string_view base_url, std::string method, std::string_view path) {
  if (base_url.ends_with('/')) base_url.remove_suffix(1);
  return {.method = std::move(method),
          .url = fmt::format("{}/v1/{}", base_url, path),
          .headers = {{"Accept", "application/json"}},
          .body = {}};
}

ports::HttpRequest with_body(ports::HttpRequest request, const json::object& body) {
  request.headers.push_back({"Content-Type", "application/json"});
  request.body = json::serialize(body);
  return request;
}

std::string path_of(const Vin& vin) { return fmt::format("fleets/vehicles/{}", vin.str()); }

}  // namespace

std::string_view brand_of(std::string_view make) {
  const auto found = std::ranges::find(kBrands, make, &Brand::make);
  return found == kBrands.end() ? std::string_view() : found->brand;
}

bool tells_eligibility(std::string_view brand) {
  const auto found = std::ranges::find(kBrands, brand, &Brand::brand);
  return found != kBrands.end() && found->tells_eligibility;
}

ports::HttpRequest clear_request(std::string_view base_url, std::span<const Clearance> vehicles,
                                 const Tags& tags) {
  json::object labels;
  for (const auto& [name, text] : tags) labels[name] = text;
  json::array listed;
  for (const Clearance& vehicle : vehicles) {
    json::object entry{{"vin", vehicle.vin.str()}, {"brand", vehicle.brand}};
    if (!labels.empty()) entry["tags"] = labels;
    listed.push_back(std::move(entry));
  }
  return with_body(call(base_url, "POST", "fleets/vehicles"), {{"vehicles", std::move(listed)}});
}

ports::HttpRequest list_request(std::string_view base_url, std::span<const Vin> vins) {
  if (vins.empty()) return call(base_url, "GET", "fleets/vehicles");
  json::array listed;
  for (const Vin& vin : vins) listed.emplace_back(vin.str());
  const json::object filter{{"vin", json::object{{"operator", "in"}, {"value", std::move(listed)}}}};
  return call(base_url, "GET", "fleets/vehicles?filter=" + ports::percent_encode(json::serialize(filter)));
}

ports::HttpRequest one_request(std::string_view base_url, const Vin& vin) {
  return call(base_url, "GET", path_of(vin));
}

ports::HttpRequest withdraw_request(std::string_view base_url, const Vin& vin) {
  return call(base_url, "DELETE", path_of(vin));
}

ports::HttpRequest eligibility_request(std::string_view base_url, const Clearance& vehicle) {
  return with_body(call(base_url, "POST", "eligibility"),
                   {{"vin", vehicle.vin.str()}, {"brand", vehicle.brand}});
}

}  // namespace contactor::gateways::high_mobility
