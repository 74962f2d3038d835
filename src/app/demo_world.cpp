#include "app/demo_world.h"

#include <array>
#include <set>

#include <fmt/format.h>

namespace contactor::app {
namespace {

constexpr std::array<std::string_view, 24> kPrefixes{
    "5YJ3E7EB", "LRW3E7FA", "XP7YGCEL", "WBY8P210", "WBA13AW0", "WMW11DJ0", "VF1AG000", "UU1DBG00",
    "SJNFAAZE", "VF3UHZKX", "VR7BCZKX", "W0VZTBEF", "ZFAEFAH4", "WVWZZZE1", "WAUZZZGE", "VSSZZZK1",
    "TMBJB7NY", "KNACC81G", "W1K2978U", "YV1XZACV", "WF0FXXWP", "VR1J45GB", "KNAB3512", "KMHK581G"};

constexpr std::array<std::string_view, 12> kNames{"Ada Lovelace",    "Grace Hopper",     "Alan Turing",
                                                  "Edsger Dijkstra", "Barbara Liskov",   "Donald Knuth",
                                                  "Radia Perlman",   "Leslie Lamport",   "Frances Allen",
                                                  "Tony Hoare",      "Shafi Goldwasser", "Ken Thompson"};

char random_vin_character(Prng& prng) {
  constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ";
  return kAlphabet[prng.below(kAlphabet.size())];
}

/// How the money arrives: most shops reserve it, some have taken it already, some move it themselves, some
/// cars are not yet sold.
struct PaymentKind {
  std::string_view provider;
  std::string_view state;
  std::string_view origin;
};
PaymentKind draw_payment(Prng& prng) {
  const std::uint64_t roll = prng.below(100);
  if (roll < 80) return {"stripe", "authorized", "customer"};
  if (roll < 90) return {"stripe", "captured", "customer"};
  if (roll < 95) return {"external", "authorized", "customer"};
  return {"external", "none", "pre_delivery"};
}

}  // namespace

world::WorldParams demo_world() {
  world::WorldParams params = world::calm();
  using world::Mood;
  const auto weigh = [&](Mood mood, double weight) {
    params.mood_weights[static_cast<std::size_t>(mood)] = weight;
  };
  weigh(Mood::online, 0.60);
  weigh(Mood::asleep, 0.12);
  weigh(Mood::flaky, 0.12);
  weigh(Mood::slow, 0.03);
  weigh(Mood::garage, 0.03);
  weigh(Mood::gone, 0.04);
  weigh(Mood::failing, 0.04);
  weigh(Mood::lying, 0.02);
  params.fast_share = 0.4;
  // Most vehicles are in effect at once; some take their time, some never answer, some are refused.
  params.fleet.temper_weights = {0.86, 0.05, 0.02, 0.04, 0.02, 0.01};
  params.faults.set(world::FaultKind::cloud_server_error, 0.01);
  params.faults.set(world::FaultKind::cloud_rate_limited, 0.005);
  params.faults.set(world::FaultKind::cloud_token_lost, 0.005);
  params.faults.set(world::FaultKind::cloud_lost_after, 0.01);
  params.faults.set(world::FaultKind::cloud_slow, 0.02);
  params.offline_share = 0.5;
  return params;
}

const std::vector<DemoService>& demo_catalogue() {
  static const std::vector<DemoService> catalogue{
      {"seat-heating", "Seat heating", 1290,
       R"({"name":"Seat heating","template":{"seatHeating":{"enabled":true,"zones":4}}})"},
      {"range-boost", "Range boost", 9900,
       R"({"name":"Range boost","template":{"battery":{"usableCapacityPercent":100}},"preconditions":{"parked":true}})"},
      {"matrix-light", "Matrix headlights", 4900,
       R"({"name":"Matrix headlights","template":{"light":{"matrix":true}}})"},
      {"drive-assist", "Drive assist", 19900,
       R"({"name":"Drive assist","template":{"assist":{"lane":true,"distance":true}},"min_firmware":"1.0"})"},
      {"cabin-climate", "Cabin climate", 790,
       R"({"name":"Cabin climate","template":{"climate":{"remote":true}}})"}};
  return catalogue;
}

std::vector<Vin> demo_vehicles(std::size_t count, Prng& prng) {
  std::vector<Vin> vehicles;
  vehicles.reserve(count);
  std::set<std::string> seen;
  while (vehicles.size() < count) {
    std::string text(kPrefixes[prng.below(kPrefixes.size())]);
    while (text.size() < 11) text.push_back(random_vin_character(prng));
    text += fmt::format("{:06}", prng.below(1'000'000));
    if (seen.insert(text).second) vehicles.push_back(*Vin::parse(text));
  }
  return vehicles;
}

std::vector<DemoOrder> demo_orders(std::size_t count, const std::vector<Vin>& vehicles, Prng& prng) {
  const auto& catalogue = demo_catalogue();
  std::vector<DemoOrder> orders;
  std::set<std::pair<std::size_t, std::size_t>> taken;
  const std::size_t most = std::min(count, vehicles.size() * catalogue.size());
  while (orders.size() < most) {
    const std::size_t car = prng.below(vehicles.size());
    const std::size_t which = prng.below(catalogue.size());
    if (!taken.emplace(car, which).second) continue;
    const DemoService& service = catalogue[which];
    const PaymentKind payment = draw_payment(prng);
    const std::size_t number = orders.size() + 1;
    const std::string_view name = kNames[prng.below(kNames.size())];
    const std::string transaction = fmt::format("pi_demo_{:06}", number);
    orders.push_back(
        {.transaction_id = payment.provider == "stripe" ? transaction : std::string(),
         .amount = service.price_minor_units,
         .captured = payment.state == "captured",
         .body = fmt::format(
             R"({{"order_id":"order-{:06}","vin":"{}","customer":{{"id":"cust-{:05}","name":"{}",)"
             R"("email":"customer{}@example.org","push_token":"device-{}"}},"service_id":"{}","action":"activate",)"
             R"("duration":"30d","origin":"{}","payment":{{"provider":"{}","transaction_id":"{}","amount":{},)"
             R"("currency":"EUR","state":"{}"}}}})",
             number, vehicles[car].str(), car + 1, name, car + 1, car + 1, service.id, payment.origin,
             payment.provider, transaction, service.price_minor_units, payment.state)});
  }
  return orders;
}

}  // namespace contactor::app
