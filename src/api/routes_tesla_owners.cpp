// Owners of single Teslas and the consents they give: asked for through the node's own socket file only, by
// `contactor tesla-individual`. A code goes in and never comes out again.

#include "api/environment.h"
#include "api/fields.h"
#include "api/vehicle_codec.h"
#include "engine/fleet/owner_intake.h"
#include "fleet/routes.h"
#include "json/json.h"
#include "ports/url_encoding.h"

namespace contactor::api {
namespace {

constexpr Policy kOwner = Policy::roles({Role::admin});
constexpr std::size_t kEntriesMax = 1000;
constexpr std::size_t kShownAtOnce = 10'000;
constexpr TextRule kCodeRule{.min = 1, .max = 2000, .kind = TextRule::Kind::visible_ascii};
constexpr TextRule kUrlRule{.min = 8, .max = 2000, .kind = TextRule::Kind::visible_ascii};

const engine::SingleTeslas& single_teslas(const Call& call) { return call.env->fleet->single_teslas(); }

Error no_vault(const Call& call) {
  return {.kind = ErrorKind::invalid,
          .retry_after = {},
          .origin = "config",
          .detail = single_teslas(call).why_no_vault};
}

// -- listing ----------------------------------------------------------------------------------------------

using Owners = std::vector<ports::StoredTeslaOwner>;
using Vehicles = std::vector<fleet::Vehicle>;

std::string_view consent_of(const engine::Vault& vault, const ports::StoredTeslaOwner& owner) {
  const auto secrets = engine::open_secrets(vault, owner);
  if (!secrets) return "sealed under another key";
  if (!secrets->code.empty()) return "new";
  return secrets->tokens ? "given" : "none";
}

json::object owner_object(const Call& call, const ports::StoredTeslaOwner& owner,
                          const fleet::Vehicle* vehicle) {
  const engine::SingleTeslas& single = single_teslas(call);
  json::object object{{"vin", owner.vin.str()},
                      {"name", owner.name},
                      {"email", owner.email},
                      {"region", owner.region},
                      {"consent", consent_of(*single.vault, owner)}};
  // Tesla sends the owner back to where the code was asked for, with the vehicle's VIN.
  if (single.consent_page.contains('?') && !owner.callback_url.empty())
    object["consent_url"] =
        single.consent_page + "&" +
        ports::form_body({{"redirect_uri", owner.callback_url}, {"state", owner.vin.str()}});
  if (vehicle == nullptr) return object;
  const auto& settings = call.env->fleet->parts().settings;
  object["vehicle"] = vehicle_object(engine::survey_of(*vehicle, settings, call.env->time.now()),
                                     call.env->time.now(), settings.pace.silent_after);
  return object;
}

void answer_list(const CallPtr& call, const Owners& owners, Vehicles vehicles) {
  std::ranges::sort(vehicles, {}, &fleet::Vehicle::vin);
  json::array items;
  for (const auto& owner : owners) {
    const auto at = std::ranges::lower_bound(vehicles, owner.vin, {}, &fleet::Vehicle::vin);
    const bool is_known = at != vehicles.end() && at->vin == owner.vin;
    items.emplace_back(owner_object(*call, owner, is_known ? &*at : nullptr));
  }
  call->reply(200, json::serialize(json::object{{"items", std::move(items)}}));
}

void list_owners(CallPtr call) {
  if (single_teslas(*call).vault == nullptr) return call->refuse(no_vault(*call));
  ports::FleetStore& store = call->env->fleet->parts().store;
  store.tesla_owners(or_refuse<Owners>(call, [call, &store](Owners owners) {
    if (owners.size() > kShownAtOnce) owners.erase(owners.begin() + kShownAtOnce, owners.end());
    std::vector<Vin> vins;
    for (const auto& owner : owners) vins.push_back(owner.vin);
    store.find_vehicles(std::move(vins),
                        or_refuse<Vehicles>(call, [call, owners = std::move(owners)](Vehicles found) {
                          answer_list(call, owners, std::move(found));
                        }));
  }));
}

// -- entering ---------------------------------------------------------------------------------------------

engine::OwnerEntry read_entry(const json::object& body, std::string pointer, Faults& faults) {
  Fields fields(body, std::move(pointer), faults);
  const auto vin = Vin::parse(fields.text("vin", kNameRule));
  const bool is_tesla = vin && fleet::Routes().of(*vin, "").oem == fleet::Oem::tesla;
  if (!vin) fields.blame("vin", vin.error().detail);
  if (vin && !is_tesla) fields.blame("vin", "is no Tesla's");
  engine::OwnerEntry entry{.vin = vin.value_or(Vin())};
  entry.name = fields.optional_text("name", kNameRule).value_or("");
  entry.email = fields.optional_text("email", kEmailRule).value_or("");
  if (fields.has("region"))
    entry.region = fields.one_of("region", engine::parse_tesla_region, "EUROPE, NORTH_AMERICA, CHINA");
  entry.code = Secret(fields.optional_text("code", kCodeRule).value_or(""));
  entry.callback_url = fields.text("callback_url", kUrlRule);
  if (!entry.callback_url.empty() && !entry.callback_url.starts_with("https://") &&
      !entry.callback_url.starts_with("http://"))
    fields.blame("callback_url", "must be an http or https URL");
  fields.refuse_unknown();
  return entry;
}

std::vector<engine::OwnerEntry> read_entries(const json::object& body, Faults& faults) {
  std::vector<engine::OwnerEntry> entries;
  const auto* const items = json::array_at(body, "items");
  if (items == nullptr || items->empty() || items->size() > kEntriesMax || body.size() != 1) {
    faults.push_back({"/items", "must be a list of 1 to 1000 owners, and stand alone"});
    return entries;
  }
  std::set<Vin> seen;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const std::string pointer = "/items/" + std::to_string(i);
    if (!(*items)[i].is_object()) {
      faults.push_back({pointer, "must be an object"});
      continue;
    }
    const std::size_t before = faults.size();
    entries.push_back(read_entry((*items)[i].get_object(), pointer, faults));
    if (faults.size() == before && !seen.insert(entries.back().vin).second)
      faults.push_back({pointer + "/vin", "comes twice"});
  }
  return entries;
}

void enter_owners(CallPtr call) {
  const auto body = Body::parse(call->request.body);
  if (!body) return call->refuse(body.error());
  Faults faults;
  auto entries = read_entries(body->object(), faults);
  if (!faults.empty()) return call->refuse(validation_problem(std::move(faults)));
  const engine::SingleTeslas& single = single_teslas(*call);
  if (single.vault == nullptr) return call->refuse(no_vault(*call));
  engine::put_owners({.store = call->env->fleet->parts().store,
                      .time = call->env->time,
                      .vault = *single.vault,
                      .fleet = single.fleet,
                      .who = "people:" + call->principal().subject()},
                     std::move(entries),
                     or_refuse<std::vector<engine::WishOutcome>>(
                         call, [call](const std::vector<engine::WishOutcome>& outcomes) {
                           json::array items;
                           for (const auto& outcome : outcomes) {
                             json::object item{{"vin", outcome.vin.str()},
                                               {"outcome", engine::to_string(outcome.kind)}};
                             if (!outcome.fleet.empty()) item["claimed_by"] = outcome.fleet;
                             items.emplace_back(std::move(item));
                           }
                           call->reply(200, json::serialize(json::object{{"items", std::move(items)}}));
                         }));
}

// -- runs -------------------------------------------------------------------------------------------------

void begin_run(CallPtr call) {
  const auto id = call->env->fleet->begin(engine::FleetRunView::Kind::single_teslas, {});
  if (!id) return call->refuse(id.error());
  call->reply(202, json::serialize(run_object(*call->env->fleet->find(*id))));
}

}  // namespace

std::vector<Route> tesla_owner_routes() {
  return {
      {.method = "GET",
       .pattern = "/local/tesla-owners",
       .policy = kOwner,
       .handle = list_owners,
       .summary = "Owners of single Teslas, without what they entrusted to us",
       .tag = "local",
       .response_schema = {}},
      {.method = "POST",
       .pattern = "/local/tesla-owners",
       .policy = kOwner,
       .handle = enter_owners,
       .summary = "Put owners and the codes of their consents on record, up to 1000 as items",
       .tag = "local",
       .response_schema = {},
       .body = BodyRule::json,
       .body_bytes_max = 8 << 20},
      {.method = "POST",
       .pattern = "/local/tesla-owners/runs",
       .policy = kOwner,
       .handle = begin_run,
       .summary = "Bring single Teslas to what is wanted of them now",
       .tag = "local",
       .response_schema = {},
       .success = 202},
  };
}

}  // namespace contactor::api
