#include "world/fleet/volkswagen.h"

#include "json/json.h"
#include "world/route.h"

namespace contactor::world {
namespace {

constexpr Millis kStep = std::chrono::seconds(30);  // the cloud is never faster
constexpr std::array<std::string_view, 3> kRejections{"vehicle not eligible", "fleet contract missing",
                                                      "vehicle assigned to another organisation"};

ports::HttpResponse refuse(int status, std::string_view word) {
  return json_response(status, fmt::format(R"({{"error":"{}"}})", word));
}

ports::HttpResponse answer(const json::value& body) { return json_response(200, json::serialize(body)); }

/// Nothing where the body is not `{"vins":["…",…]}`.
std::optional<std::vector<Vin>> vins_in(std::string_view text) {
  const auto document = json::parse(text);
  const auto* listed =
      document && document->is_object() ? json::array_at(document->get_object(), "vins") : nullptr;
  if (listed == nullptr) return std::nullopt;
  std::vector<Vin> vins;
  for (const auto& value : *listed)
    if (value.is_string())
      if (const auto vin = Vin::parse(std::string_view(value.get_string()))) vins.push_back(*vin);
  return vins;
}

}  // namespace

VolkswagenCloud::VolkswagenCloud(Context& context)
    : context_(context), tokens_(context, "vw"), tempers_(context, "vw") {}

ports::HttpResponse VolkswagenCloud::handle(const ports::HttpRequest& request, std::string_view path,
                                            std::string_view, bool is_sign_in, Instant now) {
  if (!take_prefix(path, "v1/fdp/")) return refuse(404, "not_found");
  if (is_sign_in)
    return path == "login/third-party-system" ? sign_in(request, now) : refuse(404, "not_found");
  if (!tokens_.accepts(request, now)) return refuse(401, "unauthorized");
  if (header_of(request, "x-sub-organisation-id") != context_.params.fleet.organisation)
    return refuse(403, "sub_organisation");
  const std::string& method = request.method;
  if (path == "vehicle-status" && method == "GET") return statuses(now);
  if (path == "vehicle-confirmation" && method == "POST") return confirm(request.body, now);
  if (path != "vehicle-approval") return refuse(404, "not_found");
  if (method == "GET") return approvals(now);
  const auto vins = vins_in(request.body);
  if (!vins) return refuse(400, "vins");
  if (method == "POST") return approve(*vins, now);
  return method == "DELETE" ? withdraw(*vins, now) : refuse(405, "method");
}

ports::HttpResponse VolkswagenCloud::sign_in(const ports::HttpRequest& request, Instant now) {
  const auto document = json::parse(request.body);
  const FleetParams& params = context_.params.fleet;
  if (request.method != "POST" || !document || !document->is_object()) return refuse(400, "bad_request");
  const auto& login = document->get_object();
  if (json::string_at(login, "username") != params.client_id ||
      json::string_at(login, "password") != params.client_secret)
    return refuse(401, "unauthorized");
  return answer(json::object{{"value", tokens_.issue(now, params.token_lifetime)},
                             {"expiration", to_rfc3339(now + params.token_lifetime)}});
}

ports::HttpResponse VolkswagenCloud::approve(const std::vector<Vin>& vins, Instant now) {
  json::array codes;
  for (const Vin& vin : vins) {
    if (tempers_.of(vin) == Temper::unknown) continue;
    Enrolment& enrolment = enrolments_[vin];
    if (!stage_of(vin, enrolment, now).word.empty()) continue;
    // One code a vehicle, told again until it is confirmed; a vehicle that has left begins anew.
    if (enrolment.code.empty() || !enrolment.confirmed_at.is_never())
      enrolment = {.code = fmt::format("{:08x}", context_.faults.dice().next() & 0xffffffffU)};
    codes.push_back(json::object{{"vin", vin.str()}, {"verification-code", enrolment.code}});
  }
  return answer(json::object{{"vehicle-verification-codes", std::move(codes)}});
}

ports::HttpResponse VolkswagenCloud::confirm(std::string_view body, Instant now) {
  const auto document = json::parse(body);
  const auto* listed = document && document->is_object()
                           ? json::array_at(document->get_object(), "vehicle-confirmations")
                           : nullptr;
  if (listed == nullptr || listed->empty()) return refuse(400, "vehicle-confirmations");
  std::vector<std::pair<Vin, Enrolment*>> confirmed;
  for (const auto& value : *listed) {
    const auto* entry = value.if_object();
    const auto vin = Vin::parse(entry == nullptr ? "" : json::string_at(*entry, "vin").value_or(""));
    const auto found = vin ? enrolments_.find(*vin) : enrolments_.end();
    if (found == enrolments_.end() || json::string_at(*entry, "verification-code") != found->second.code)
      return refuse(400, "verification-code");
    confirmed.emplace_back(found->first, &found->second);
  }
  for (auto& [vin, enrolment] : confirmed) {
    if (!enrolment->confirmed_at.is_never()) continue;
    enrolment->confirmed_at = now;
    changes_.push_back({.vin = vin, .active = true, .at = now});
  }
  return answer(json::object());
}

ports::HttpResponse VolkswagenCloud::withdraw(const std::vector<Vin>& vins, Instant now) {
  json::array candidates;
  json::array scheduled;
  json::array ignored;
  for (const Vin& vin : vins) {
    const auto found = enrolments_.find(vin);
    const auto word = found == enrolments_.end() ? "" : stage_of(vin, found->second, now).word;
    const bool is_on = word == "enrollment_completed";
    if (!is_on && word != "in_validation" && word != "enrollment_ongoing") {
      ignored.emplace_back(vin.str());
      continue;
    }
    (is_on ? candidates : scheduled).emplace_back(vin.str());
    if (!found->second.withdrawn_at.is_never()) continue;
    found->second.withdrawn_at = now;
    changes_.push_back({.vin = vin, .active = false, .at = now});
  }
  return answer(json::object{{"deenrollment-candidates", std::move(candidates)},
                             {"scheduled-deenrollment-candidates", std::move(scheduled)},
                             {"ignored-vins", std::move(ignored)}});
}

ports::HttpResponse VolkswagenCloud::statuses(Instant now) const {
  json::array listed;
  for (const auto& [vin, enrolment] : enrolments_) {
    const Stage stage = stage_of(vin, enrolment, now);
    if (stage.word.empty()) continue;
    json::object entry{{"vin", vin.str()}, {"status", stage.word}, {"enrollment-rejection-reason", nullptr}};
    if (!stage.rejection.empty()) entry["enrollment-rejection-reason"] = stage.rejection;
    listed.push_back(std::move(entry));
  }
  return answer(listed);
}

ports::HttpResponse VolkswagenCloud::approvals(Instant now) const {
  json::array listed;
  for (const auto& [vin, enrolment] : enrolments_) {
    const bool is_confirmed = !stage_of(vin, enrolment, now).word.empty();
    listed.push_back(
        json::object{{"vin", vin.str()}, {"confirmation-status", is_confirmed ? "confirmed" : "approved"}});
  }
  return answer(json::object{{"vehicle-confirmations", std::move(listed)}});
}

VolkswagenCloud::Stage VolkswagenCloud::enrolled_stage(const Vin& vin, const Enrolment& enrolment,
                                                       Instant now) const {
  if (enrolment.meddled) return {.word = "enrollment_completed", .rejection = {}, .flows = true};
  const Temper temper = tempers_.of(vin);
  if (now < enrolment.confirmed_at + kStep) return {.word = "in_validation"};
  if (temper == Temper::refused)
    return {.word = "enrollment_rejected",
            .rejection = kRejections[draw_of(context_, "vw rejection", vin) % kRejections.size()]};
  // A primary user is registered in the car; only the driver can change that.
  if (temper == Temper::awkward) return {.word = "enrollment_ongoing"};
  if (now < tempers_.effect_of(vin, enrolment.confirmed_at) + kStep) return {.word = "in_validation"};
  return {.word = "enrollment_completed", .rejection = {}, .flows = true};
}

VolkswagenCloud::Stage VolkswagenCloud::stage_of(const Vin& vin, const Enrolment& enrolment,
                                                 Instant now) const {
  if (enrolment.confirmed_at.is_never()) return {};
  if (now < enrolment.withdrawn_at) return enrolled_stage(vin, enrolment, now);
  // What was still being validated is validated first, and then leaves.
  const bool flowed = enrolled_stage(vin, enrolment, enrolment.withdrawn_at).flows;
  if (!flowed && now < enrolment.confirmed_at + kStep) return {.word = "in_validation"};
  if (now >= tempers_.effect_of(vin, enrolment.withdrawn_at) + kStep) return {};
  return {.word = "de_enrollment_ongoing", .rejection = {}, .flows = flowed};
}

bool VolkswagenCloud::is_active(const Vin& vin, Instant now) const {
  const auto found = enrolments_.find(vin);
  return found != enrolments_.end() && stage_of(vin, found->second, now).flows;
}

void VolkswagenCloud::meddle(const Vin& vin, bool active, Instant now) {
  enrolments_.erase(vin);
  if (active) enrolments_[vin] = {.code = {}, .meddled = true, .confirmed_at = now};
}

}  // namespace contactor::world
