#include "world/fleet/high_mobility.h"

#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr Millis kTokenLifetime = std::chrono::minutes(5);
constexpr Millis kStep = std::chrono::seconds(20);  // the cloud is never faster
constexpr std::size_t kSingleLooksMax = 60;

constexpr std::array<std::string_view, 28> kBrands{
    "bmw",      "citroen", "ds",         "mercedes-benz", "mini",  "opel",     "peugeot",
    "vauxhall", "jeep",    "fiat",       "alfaromeo",     "ford",  "renault",  "dacia",
    "toyota",   "lexus",   "porsche",    "maserati",      "kia",   "tesla",    "volvo-cars",
    "skoda",    "audi",    "volkswagen", "seat",          "cupra", "polestar", "sandbox"};
constexpr std::array<std::string_view, 17> kEligibilityBrands{
    "mercedes-benz", "ford", "bmw",       "mini",    "citroen", "peugeot", "opel",       "vauxhall", "ds",
    "jeep",          "fiat", "alfaromeo", "renault", "toyota",  "lexus",   "volvo-cars", "sandbox"};
constexpr std::array<std::string_view, 14> kCancelBrands{
    "mercedes-benz", "volkswagen", "audi", "skoda", "seat",     "cupra", "peugeot",
    "citroen",       "opel",       "fiat", "ds",    "vauxhall", "jeep",  "alfaromeo"};
constexpr std::array<std::string_view, 6> kRejections{"unspecified",
                                                      "ineligible VIN",
                                                      "VIN is assigned to a different OEM fleet",
                                                      "consent assignment missing",
                                                      "VIN activation timeout",
                                                      "privacy mode is enabled"};

ports::HttpResponse refuse(int status, std::string_view title, std::string_view detail) {
  return json_response(
      status, fmt::format(R"({{"errors":[{{"title":"{}","source":"vin","detail":"{}"}}]}})", title, detail));
}

std::optional<json::object> object_in(std::string_view text) {
  auto document = json::parse(text);
  if (!document || !document->is_object()) return std::nullopt;
  return std::move(document->get_object());
}

bool is_live(std::string_view status) {
  return status == "pending" || status == "approved" || status == "revoking" || status == "canceling";
}

bool flows(std::string_view status) { return status == "approved" || status == "revoking"; }

}  // namespace

/// `{"vin":{"operator":"in","value":[…]}}`, for vin, status and brand.
struct HighMobilityCloud::Filter {
  json::object terms;

  [[nodiscard]] static std::optional<Filter> parse(std::string_view query) {
    const std::string text(field_of(parse_form(query), "filter"));
    if (text.empty()) return Filter{};
    auto terms = object_in(text);
    if (!terms) return std::nullopt;
    for (const auto& [field, term] : *terms)
      if ((field != "vin" && field != "status" && field != "brand") || !term.is_object()) return std::nullopt;
    return Filter{.terms = std::move(*terms)};
  }
  [[nodiscard]] bool takes(std::string_view field, std::string_view value) const {
    const auto* term = json::object_at(terms, field);
    if (term == nullptr) return true;
    if (json::string_at(*term, "operator") == "eq") return json::string_at(*term, "value") == value;
    const auto* values = json::array_at(*term, "value");
    return values != nullptr && std::ranges::any_of(*values, [value](const auto& listed) {
             return listed.is_string() && std::string_view(listed.get_string()) == value;
           });
  }
};

HighMobilityCloud::HighMobilityCloud(Context& context)
    : context_(context), tokens_(context, "hm"), tempers_(context, "hm") {}

ports::HttpResponse HighMobilityCloud::handle(const ports::HttpRequest& request, std::string_view path,
                                              std::string_view query, bool is_sign_in, Instant now) {
  if (path == "v1/access_tokens") return sign_in(request, now);
  if (is_sign_in) return refuse(404, "Not found", "no such page");
  if (!tokens_.accepts(request, now))
    return refuse(401, "Not authorized", "Missing or invalid authorization header.");
  if (path == "v1/eligibility") return eligibility(request.body);
  if (!take_prefix(path, "v1/fleets/vehicles")) return refuse(404, "Not found", "no such page");
  if (path.empty() && request.method == "POST") return clear(request.body, now);
  if (path.empty() && request.method == "GET") return list(query, now);
  if (!take_prefix(path, "/")) return refuse(404, "Not found", "no such page");
  if (request.method == "GET") return one(path, now);
  return request.method == "DELETE" ? withdraw(path, now) : refuse(404, "Not found", "no such page");
}

ports::HttpResponse HighMobilityCloud::sign_in(const ports::HttpRequest& request, Instant now) {
  const auto body = object_in(request.body);
  const FormFields form = body ? FormFields() : parse_form(request.body);
  const auto field = [&](std::string_view name) {
    return body ? json::string_at(*body, name).value_or("") : field_of(form, name);
  };
  const FleetParams& params = context_.params.fleet;
  if (field("grant_type") != "client_credentials" || field("client_id") != params.client_id)
    return json_response(400, R"({"error":"invalid_request","error_description":"client_id is invalid"})");
  if (field("client_secret") != params.client_secret)
    return json_response(400,
                         R"({"error":"invalid_request","error_description":"client_secret is invalid"})");
  return json_response(
      200, fmt::format(
               R"({{"access_token":"{}","token_type":"bearer","expires_in":300,"scope":"fleet:clearance"}})",
               tokens_.issue(now, kTokenLifetime)));
}

ports::HttpResponse HighMobilityCloud::clear(std::string_view body, Instant now) {
  const auto order = object_in(body);
  const auto* vehicles = order ? json::array_at(*order, "vehicles") : nullptr;
  if (vehicles == nullptr) return refuse(422, "Invalid input", "vehicles is missing");
  json::array results;
  for (const auto& value : *vehicles) {
    const auto* entry = value.if_object();
    if (entry == nullptr) return refuse(422, "Invalid input", "a vehicle is no object");
    const std::string vin(json::string_at(*entry, "vin").value_or(""));
    const auto* tags = json::object_at(*entry, "tags");
    const auto [status, description] =
        clear_one(vin, json::string_at(*entry, "brand").value_or(""),
                  json::serialize(tags == nullptr ? json::object() : *tags), now);
    json::object result{{"vin", vin}, {"status", status}};
    if (!description.empty()) result["description"] = description;
    results.push_back(std::move(result));
  }
  return json_response(200, json::serialize(json::object{{"vehicles", std::move(results)}}));
}

std::pair<std::string_view, std::string_view> HighMobilityCloud::clear_one(std::string_view text,
                                                                           std::string_view brand,
                                                                           std::string tags, Instant now) {
  const auto vin = Vin::parse(text);
  if (!vin) return {"error", "vin should be 17 character(s)"};
  if (std::ranges::find(kBrands, brand) == kBrands.end()) return {"error", "The brand is invalid"};
  Records& records = records_[*vin];
  if (!records.empty()) {
    records.back() = settled(*vin, std::move(records.back()), now);
    if (is_live(records.back().log.back().status)) return {records.back().log.back().status, ""};
  } else if (tempers_.of(*vin) == Temper::awkward) {
    // It was another customer's a year ago, and the list has not forgotten.
    const Instant then = now - std::chrono::days(400);
    records.push_back({.brand = std::string(brand),
                       .tags = "{}",
                       .log = {{then, "pending", ""},
                               {then + kStep, "approved", ""},
                               {then + std::chrono::days(35), "revoked", ""}}});
  }
  records.push_back({.brand = std::string(brand), .tags = std::move(tags), .log = {{now, "pending", ""}}});
  changes_.push_back({.vin = *vin, .active = true, .at = now});
  return {"pending", ""};
}

HighMobilityCloud::Entry HighMobilityCloud::outcome_of(const Vin& vin, const Entry& last) const {
  const Instant at = tempers_.effect_of(vin, last.at) + kStep;
  if (last.status == "revoking") return {at, "revoked", ""};
  if (last.status == "canceling") return {at, "canceled", ""};
  if (last.status != "pending") return {Instant::never(), "", ""};
  const Temper temper = tempers_.of(vin);
  if (temper == Temper::unknown) return {last.at + kStep, "rejected", "invalid VIN"};
  if (temper == Temper::refused)
    return {last.at + kStep, "rejected",
            kRejections[draw_of(context_, "hm rejection", vin) % kRejections.size()]};
  return {at, "approved", ""};
}

HighMobilityCloud::Record HighMobilityCloud::settled(const Vin& vin, Record record, Instant now) const {
  const Entry outcome = outcome_of(vin, record.log.back());
  if (!outcome.at.is_never() && outcome.at <= now) record.log.push_back(outcome);
  return record;
}

std::string HighMobilityCloud::text_of(const Vin& vin, const Record& record) const {
  json::array changelog;
  for (const Entry& entry : record.log) {
    std::string at = to_rfc3339(entry.at);
    // Some of its makers' times come without a zone.
    if (draw_of(context_, "hm zone", vin) % 2 == 0) at.resize(19);
    json::object change{{"timestamp", at}, {"status", entry.status}};
    if (!entry.reason.empty()) change["reason"] = entry.reason;
    changelog.push_back(std::move(change));
  }
  return fmt::format(R"({{"vin":"{}","status":"{}","brand":"{}","tags":{},"changelog":{}}})", vin.str(),
                     record.log.back().status, record.brand, record.tags, json::serialize(changelog));
}

ports::HttpResponse HighMobilityCloud::list(std::string_view query, Instant now) const {
  const auto filter = Filter::parse(query);
  if (!filter) return refuse(422, "Invalid input", "filter");
  std::string listed;
  for (const auto& [vin, records] : records_) {
    if (!filter->takes("vin", vin.str())) continue;
    std::vector<std::string> texts;
    for (const Record& record : records) {
      const Record current = settled(vin, record, now);
      if (filter->takes("status", current.log.back().status) && filter->takes("brand", current.brand))
        texts.push_back(text_of(vin, current));
    }
    if (tempers_.of(vin) == Temper::awkward) std::ranges::reverse(texts);
    for (const auto& text : texts) listed += (listed.empty() ? "" : ",") + text;
  }
  return json_response(200, "[" + listed + "]");
}

ports::HttpResponse HighMobilityCloud::one(std::string_view text, Instant now) {
  while (!single_looks_.empty() && single_looks_.front() <= now - std::chrono::minutes(1))
    single_looks_.pop_front();
  if (single_looks_.size() >= kSingleLooksMax) return refuse(429, "Too many requests", "retry after 10s");
  single_looks_.push_back(now);
  const auto vin = Vin::parse(text);
  const auto found = vin ? records_.find(*vin) : records_.end();
  if (found == records_.end()) return refuse(404, "Not found", "Clearance not found");
  return json_response(200, text_of(*vin, settled(*vin, found->second.back(), now)));
}

ports::HttpResponse HighMobilityCloud::withdraw(std::string_view text, Instant now) {
  const auto vin = Vin::parse(text);
  const auto found = vin ? records_.find(*vin) : records_.end();
  if (found == records_.end()) return refuse(404, "Not found", "Clearance not found");
  Record& record = found->second.back();
  record = settled(*vin, std::move(record), now);
  const Entry last = record.log.back();
  if (last.status == "revoking" || last.status == "canceling")
    return refuse(409, "Conflict", "Clearance is in transition mode");
  if (!is_live(last.status)) return refuse(409, "Conflict", "Clearance is already removed");
  const bool is_pending = last.status == "pending";
  if (is_pending) {
    const bool can_cancel = std::ranges::find(kCancelBrands, record.brand) != kCancelBrands.end();
    if (!can_cancel || tempers_.of(*vin) == Temper::awkward)
      return refuse(422, "not supported", "cancellation is not supported for this vin");
    if (now - last.at < std::chrono::days(1))
      return refuse(422, "too early", "the pending status could only be canceled after 1 day it's created");
  }
  record.log.push_back({now, is_pending ? "canceling" : "revoking", ""});
  changes_.push_back({.vin = *vin, .active = false, .at = now});
  return json_response(200,
                       fmt::format(R"({{"vin":"{}","status":"{}"}})", vin->str(), record.log.back().status));
}

ports::HttpResponse HighMobilityCloud::eligibility(std::string_view body) const {
  const auto question = object_in(body);
  const auto vin = Vin::parse(question ? json::string_at(*question, "vin").value_or("") : "");
  if (!vin) return refuse(422, "Invalid input", "vin is invalid");
  const auto brand = json::string_at(*question, "brand").value_or("");
  if (std::ranges::find(kEligibilityBrands, brand) == kEligibilityBrands.end())
    return refuse(422, "Invalid input", "brand is invalid");
  const bool eligible = tempers_.of(*vin) != Temper::unknown;
  return json_response(200, fmt::format(R"({{"vin":"{}","eligible":{},"data_delivery":["push"],)"
                                        R"("connectivity_status":"unknown","primary_user_assigned":false}})",
                                        vin->str(), eligible));
}

bool HighMobilityCloud::is_active(const Vin& vin, Instant now) const {
  const auto found = records_.find(vin);
  return found != records_.end() && !found->second.empty() &&
         flows(settled(vin, found->second.back(), now).log.back().status);
}

void HighMobilityCloud::meddle(const Vin& vin, bool active, Instant now) {
  Records& records = records_[vin];
  if (records.empty())
    records.push_back({.brand = "mercedes-benz", .tags = "{}", .log = {{now, "pending", ""}}});
  records.back() = settled(vin, std::move(records.back()), now);
  records.back().log.push_back({now, active ? "approved" : "revoked", ""});
}

}  // namespace contactor::world
