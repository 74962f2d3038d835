#include "world/control.h"

#include "json/json.h"
#include "world/fleet/cloud_control.h"
#include "world/route.h"
#include "world/world.h"

namespace contactor::world {
namespace {

constexpr std::size_t log_lines_max = 1000;

ports::HttpResponse refused(std::string_view why) {
  return json_response(400, fmt::format(R"({{"error":{}}})", quoted(why)));
}

ports::HttpResponse done() { return json_response(200, R"({"ok":true})"); }

std::optional<FaultPlan> preset_plan(std::string_view name, std::uint64_t seed) {
  if (name == "calm") return calm().faults;
  if (name == "rough") return rough(seed).faults;
  return std::nullopt;
}

/// `{"preset":"rough","seed":7,"iot_hang":0.1}`: the preset first, then single rates. All or nothing.
ports::HttpResponse set_faults(World& world, const json::object& body) {
  FaultPlan plan = world.faults().plan();
  if (const auto name = json::string_at(body, "preset")) {
    const auto preset =
        preset_plan(*name, static_cast<std::uint64_t>(json::integer_at(body, "seed").value_or(1)));
    if (!preset) return refused("preset is calm or rough");
    plan = *preset;
  }
  for (const auto& member : body) {
    if (member.key() == "preset" || member.key() == "seed") continue;
    const auto kind = parse_fault(std::string_view(member.key()));
    if (!kind) return refused(fmt::format("no fault is called {}", std::string_view(member.key())));
    if (!member.value().is_number()) return refused("a rate is a number from 0 to 1");
    plan.set(*kind, member.value().to_number<double>());
  }
  world.set_faults(plan);
  return done();
}

ports::HttpResponse set_vehicle(World& world, std::string_view vin_text, const json::object& body,
                                Instant now) {
  const auto vin = Vin::parse(vin_text);
  if (!vin) return refused(vin.error().detail);
  const auto mood = parse_mood(json::string_at(body, "mood").value_or(""));
  if (!mood) return refused("mood is online, asleep, garage, gone, failing, lying, flaky, slow or unknown");
  world.pin_mood(*vin, *mood, now);
  return done();
}

ports::HttpResponse open_payment(World& world, const json::object& body, Instant now) {
  const auto id = json::string_at(body, "id");
  const auto amount = json::integer_at(body, "amount");
  if (!id || id->empty() || !amount || *amount <= 0) return refused("id and a positive amount are needed");
  std::string currency(json::string_at(body, "currency").value_or("eur"));
  for (char& c : currency) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (currency.size() != 3) return refused("currency is an ISO 4217 code");
  world.open_payment({.id = std::string(*id),
                      .amount = *amount,
                      .currency = std::move(currency),
                      .captured = json::bool_at(body, "captured").value_or(false)},
                     now);
  return done();
}

/// The latest lines of one log as a JSON array, each made by `line`.
template <class T, class Line>
json::array latest(const std::vector<T>& log, Line line) {
  json::array out;
  for (std::size_t i = log.size() > log_lines_max ? log.size() - log_lines_max : 0; i < log.size(); ++i)
    out.push_back(line(log[i]));
  return out;
}

json::value arrival_line(const CommandArrival& a) {
  return {
      {"vin", a.vin.str()},
      {"commandId", a.command_id},
      {"serviceId", a.service_id},
      {"action", a.enable ? "enable" : "disable"},
      {"generation", a.generation},
      {"expiresAt", a.expires_at.is_never() ? json::value(nullptr) : json::value(to_rfc3339(a.expires_at))},
      {"at", to_rfc3339(a.at)},
      {"outcome", to_string(a.outcome)}};
}

json::value change_line(const FeatureChange& c) {
  return {{"vin", c.vin.str()},    {"serviceId", c.service_id},  {"active", c.active},
          {"changed", c.changed},  {"generation", c.generation}, {"commandId", c.command_id},
          {"at", to_rfc3339(c.at)}};
}

json::value money_line(const MoneyEffect& m) {
  return {{"effect", to_string(m.kind)}, {"payment", m.payment_id},  {"refund", m.refund_id},
          {"amount", m.amount},          {"key", m.idempotency_key}, {"at", to_rfc3339(m.at)}};
}

json::value mail_line(const MailReceived& m) {
  return {{"from", m.from},       {"to", m.to},
          {"subject", m.subject}, {"messageId", m.message_id},
          {"body", m.body},       {"at", to_rfc3339(m.at)}};
}

json::value push_line(const PushReceived& p) {
  return {{"token", p.device_token},
          {"title", p.title},
          {"body", p.body},
          {"collapseKey", p.collapse_key},
          {"at", to_rfc3339(p.at)}};
}

json::value notice_line(const ShopNotice& n) {
  return {{"webhookId", n.webhook_id}, {"type", n.type},   {"transactionId", n.transaction_id},
          {"amount", n.amount},        {"first", n.first}, {"at", to_rfc3339(n.at)}};
}

json::value chat_line(const ChatReceived& c) {
  return {{"channel", c.channel}, {"text", c.text}, {"at", to_rfc3339(c.at)}};
}

json::value traffic_line(const FleetClouds::Traffic& t) {
  return {{"cloud", t.prefix},
          {"calls", t.calls},
          {"first_ms", t.first_at.millis()},
          {"last_ms", t.last_at.millis()}};
}

ports::HttpResponse show_log(const World& world) {
  const Logs& logs = world.logs();
  json::object fired;
  for (std::size_t i = 0; i < fault_kinds; ++i) {
    const auto kind = static_cast<FaultKind>(i);
    if (world.faults().fired(kind) > 0) fired[to_string(kind)] = world.faults().fired(kind);
  }
  json::object out;
  out["commands"] = latest(logs.arrivals, arrival_line);
  out["feature_changes"] = latest(logs.feature_changes, change_line);
  out["money"] = latest(logs.money, money_line);
  out["mails"] = latest(logs.mails, mail_line);
  out["pushes"] = latest(logs.pushes, push_line);
  out["shop_notices"] = latest(logs.shop_notices, notice_line);
  out["chats"] = latest(logs.chats, chat_line);
  out["clouds"] = latest(world.fleet().traffic(), traffic_line);
  out["faults_fired"] = std::move(fired);
  return json_response(200, json::serialize(out));
}

ports::HttpResponse change(World& world, std::string_view path, const json::object& body, Instant now) {
  if (path == "faults") return set_faults(world, body);
  if (path == "payment_intents") return open_payment(world, body, now);
  if (take_prefix(path, "vehicles/")) return set_vehicle(world, path, body, now);
  if (path == "heal")
    world.heal(now);
  else if (path == "iot/revoke-secret")
    world.revoke_iot_secret();
  else if (path == "iot/revoke-tokens")
    world.revoke_iot_tokens();
  else
    return json_response(404, R"({"error":"no such control"})");
  return done();
}

}  // namespace

ports::HttpResponse control(World& world, const ports::HttpRequest& request, std::string_view path,
                            Instant now) {
  if (path == "log" && request.method == "GET") return show_log(world);
  if (std::string_view rest = path; take_prefix(rest, "clouds")) {
    static_cast<void>(take_prefix(rest, "/"));
    return control_clouds(world.fleet(), request, rest, now);
  }
  if (request.method != "POST") return json_response(405, R"({"error":"controls are set by POST"})");
  const auto document = json::parse(request.body.empty() ? std::string_view("{}") : request.body);
  if (!document) return refused(document.error().detail);
  if (!document->is_object()) return refused("a JSON object is needed");
  return change(world, path, document->get_object(), now);
}

}  // namespace contactor::world
