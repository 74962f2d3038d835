#include "world/fleet/stellantis.h"

#include <algorithm>
#include <ranges>

#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr std::size_t kPageSize = 100;
constexpr Millis kPromptPending = std::chrono::seconds(30);
constexpr Millis kCancelling = std::chrono::seconds(30);
/// A new contract is taken beside one that ends within this time.
constexpr Millis kRenewable = std::chrono::days(45);

ports::HttpResponse said(int status, std::string_view message) {
  return json_response(status, fmt::format(R"({{"message":{}}})", quoted(message)));
}

json::object object_in(const std::string& text) {
  auto document = json::parse(text);
  return document && document->is_object() ? std::move(document->get_object()) : json::object();
}

std::size_t number_in(std::string_view text, std::size_t otherwise) {
  std::size_t number = 0;
  if (text.empty() || text.size() > 9) return otherwise;
  for (const char c : text) {
    if (c < '0' || c > '9') return otherwise;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  return number;
}

}  // namespace

ports::HttpResponse StellantisCloud::handle(const ports::HttpRequest& request, std::string_view path,
                                            std::string_view query, bool /*is_sign_in*/, Instant now) {
  if (path == "api/auth/login") return sign_in(request, now);
  if (!tokens_.accepts(request, now)) return said(401, "invalid token");
  if (!take_prefix(path, "connected-fleet/api/")) return said(404, "no such route");
  const std::string& method = request.method;
  if (path == "vehicles/eligibilities" && method == "POST") return eligibilities(request);
  if (path == "contracts" && method == "GET") return list(query, now);
  if (path == "contracts" && method == "POST") return create(request, now);
  if (method == "DELETE" && take_prefix(path, "contracts/")) return remove(url_decoded(path), now);
  if (method == "PUT" && take_prefix(path, "fleets/")) return join(request, path);
  return said(404, "no such route");
}

ports::HttpResponse StellantisCloud::sign_in(const ports::HttpRequest& request, Instant now) {
  if (request.method != "POST") return said(405, "only POST");
  const auto body = object_in(request.body);
  if (json::string_at(body, "email").value_or("").empty() ||
      json::string_at(body, "password") != context_.params.fleet.client_secret)
    return said(401, "wrong e-mail or password");
  return json_response(
      200, fmt::format(R"({{"authToken":"{}"}})", tokens_.issue(now, context_.params.fleet.token_lifetime)));
}

bool StellantisCloud::is_eligible(const Vin& vin) const {
  return tempers_.of(vin) != Temper::refused || draw_of(context_, "stellantis refusal", vin) % 2 == 0;
}

ports::HttpResponse StellantisCloud::eligibilities(const ports::HttpRequest& request) const {
  const auto body = object_in(request.body);
  const auto* vins = json::array_at(body, "vins");
  if (vins == nullptr) return said(400, "vins is missing");
  std::string items;
  for (const auto& value : *vins) {
    const auto vin = value.is_string() ? Vin::parse(std::string_view(value.get_string()))
                                       : Result<Vin>(fail(ErrorKind::invalid, "world", "no text"));
    if (!vin) continue;
    if (!items.empty()) items += ',';
    if (tempers_.of(*vin) == Temper::unknown)
      items += fmt::format(R"({{"vin":"{}","error_code":"VEHICLE_NOT_FOUND"}})", vin->str());
    else
      items += fmt::format(R"({{"vin":"{}","eligible":{}}})", vin->str(), is_eligible(*vin));
  }
  return json_response(200, "[" + items + "]");
}

std::string_view StellantisCloud::status_of(const Contract& contract, Instant now) const {
  if (!contract.deleted_at.is_never())
    return now < contract.deleted_at + kCancelling ? "cancelling" : "cancelled";
  if (contract.is_meddled) return "activated";
  const Instant taken = contract.created_at + kPromptPending;
  if (tempers_.of(contract.vin) == Temper::refused) return now < taken ? "pending" : "rejected";
  return now < tempers_.effect_of(contract.vin, taken) ? "pending" : "activated";
}

std::string StellantisCloud::shown(const Contract& contract, Instant now) const {
  return fmt::format(
      R"({{"_id":{},"reference":{},"status":"{}","from":"{}","to":{},"car":{{"vin":"{}","note":""}}}})",
      quoted(contract.id), quoted(contract.reference), status_of(contract, now), to_rfc3339(contract.from),
      quoted(contract.to_text), contract.vin.str());
}

ports::HttpResponse StellantisCloud::list(std::string_view query, Instant now) const {
  const auto fields = parse_form(query);
  const auto skip = static_cast<std::ptrdiff_t>(number_in(field_of(fields, "skip"), 0));
  const auto left =
      static_cast<std::ptrdiff_t>(std::min(number_in(field_of(fields, "limit"), kPageSize), kPageSize));
  const auto conditions = object_in(std::string(field_of(fields, "conditions")));
  const auto only = json::string_at(conditions, "car.vin");
  std::string items;
  const auto show = [&](const Contract& contract) {
    items.append(items.empty() ? "" : ",").append(shown(contract, now));
  };
  if (only) {
    const auto vin = Vin::parse(*only);
    if (vin)
      for (const Contract* const contract :
           of_vehicle(*vin) | std::views::drop(skip) | std::views::take(left))
        show(*contract);
  } else {
    std::ranges::for_each(contracts_ | std::views::drop(skip) | std::views::take(left), show);
  }
  return json_response(200, "[" + items + "]");
}

const std::vector<StellantisCloud::Contract*>& StellantisCloud::of_vehicle(const Vin& vin) const {
  static const std::vector<Contract*> none;
  const auto found = by_vin_.find(vin);
  return found == by_vin_.end() ? none : found->second;
}

StellantisCloud::Contract* StellantisCloud::find(std::string_view id) {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

StellantisCloud::Contract& StellantisCloud::add(const Vin& vin, Instant from, Instant to, Instant now) {
  Contract& contract = contracts_.emplace_back(Contract{.id = fmt::format("{:024x}", contracts_.size() + 1),
                                                        .reference = {},
                                                        .vin = vin,
                                                        .from = from,
                                                        .to = to,
                                                        .to_text = to_rfc3339(to),
                                                        .created_at = now});
  // A deque's elements stay where they are when it grows.
  by_vin_[vin].push_back(&contract);
  by_id_.emplace(contract.id, &contract);
  return contract;
}

ports::HttpResponse StellantisCloud::create(const ports::HttpRequest& request, Instant now) {
  const auto body = object_in(request.body);
  const auto* car = json::object_at(body, "car");
  const auto vin = Vin::parse(car == nullptr ? "" : json::string_at(*car, "vin").value_or(""));
  const auto from = parse_rfc3339(json::string_at(body, "from").value_or(""));
  const auto to = parse_rfc3339(json::string_at(body, "to").value_or(""));
  const auto reference = json::short_text_at(body, "reference", 64);
  if (json::string_at(body, "company") != context_.params.fleet.organisation || !vin || !from || !to ||
      *to <= *from || reference.empty() || json::string_at(body, "pack") != "pack-1")
    return said(400, "the contract is not valid");
  const Temper temper = tempers_.of(*vin);
  if (temper == Temper::unknown) return said(404, "no such vehicle");
  if (!is_eligible(*vin)) return said(400, "the vehicle is not eligible");
  const bool is_taken = std::ranges::any_of(of_vehicle(*vin), [&](const Contract* contract) {
    const auto status = status_of(*contract, now);
    return contract->to > now + kRenewable &&
           (status == "pending" || status == "activated" || status == "cancelling");
  });
  if (temper == Temper::awkward || is_taken) return said(409, "a contract is already in progress");
  Contract& contract = add(*vin, *from, *to, now);
  contract.reference = reference;
  changes_.push_back({.vin = *vin, .active = true, .at = now});
  return json_response(201, shown(contract, now));
}

ports::HttpResponse StellantisCloud::remove(std::string_view id, Instant now) {
  Contract* const found = find(id);
  if (found == nullptr || !found->deleted_at.is_never()) return said(404, "no such contract");
  if (status_of(*found, now) == "rejected") return said(400, "the contract cannot be deleted");
  found->deleted_at = now;
  changes_.push_back({.vin = found->vin, .active = false, .at = now});
  return json_response(204, "");
}

ports::HttpResponse StellantisCloud::join(const ports::HttpRequest& request, std::string_view path) {
  const bool is_ours = url_decoded(take_segment(path)) == context_.params.fleet.organisation;
  const auto document = json::parse(request.body);
  if (!is_ours || path != "vehicles") return said(404, "no such fleet");
  if (!document || !document->is_array()) return said(400, "a list of contracts was expected");
  for (const auto& id : document->get_array()) {
    Contract* const found = id.is_string() ? find(std::string_view(id.get_string())) : nullptr;
    if (found == nullptr) return said(404, "no such contract");
    found->in_fleet = true;
  }
  return json_response(204, "");
}

bool StellantisCloud::is_active(const Vin& vin, Instant now) const {
  return std::ranges::any_of(of_vehicle(vin), [&](const Contract* contract) {
    return contract->to > now && status_of(*contract, now) == "activated";
  });
}

void StellantisCloud::meddle(const Vin& vin, bool active, Instant now) {
  for (Contract* const contract : of_vehicle(vin))
    if (contract->deleted_at.is_never()) contract->deleted_at = now - kCancelling;
  if (active) add(vin, now, now + std::chrono::days(365), now).is_meddled = true;
}

}  // namespace contactor::world
