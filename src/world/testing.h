#pragma once

#include <gtest/gtest.h>

#include "json/json.h"
#include "world/world.h"

namespace contactor::world {

/// A world with a client that is signed in, for tests. Time starts at an arbitrary moment and moves by
/// `pass`.
class Client {
 public:
  explicit Client(WorldParams params = calm(), std::uint64_t seed = 1) : world(std::move(params), seed) {}

  World world;
  Instant now = Instant::from_millis(1'800'000'000'000);
  std::string bearer;
  std::vector<Outgoing> received;  ///< every request the world made, answered with `callback_status`
  int callback_status = 204;

  void pass(Millis time) {
    const Instant end = now + time;
    while (world.next_event() <= end) {
      now = std::max(now, world.next_event());
      for (Outgoing& out : world.advance_to(now)) {
        if (out.fate == Fate::delivered) world.outgoing_ended(out.id, callback_status, now);
        received.push_back(std::move(out));
      }
    }
    now = end;
  }
  Reply call(std::string method, std::string path, std::string body = "",
             std::vector<ports::HttpHeader> headers = {}) {
    return world.handle({.method = std::move(method),
                         .url = "http://sim.test:8090" + path,
                         .headers = std::move(headers),
                         .body = std::move(body)},
                        now);
  }
  Reply sign_in() {
    // contactor:iot-secret
    auto reply = call("POST", "/iot-auth/token", "grant_type=client_credentials",
                      {{"Authorization", "Basic Y29udGFjdG9yOmlvdC1zZWNyZXQ="}});
    const auto document = json::parse(reply.response.body);
    if (document && document->is_object())
      bearer = "Bearer " + std::string(json::string_at(document->get_object(), "access_token").value_or(""));
    return reply;
  }
  Reply iot(std::string method, std::string path, std::string body = "") {
    if (bearer.empty()) sign_in();
    return call(std::move(method), "/iot/vehicle/" + path, std::move(body), {{"Authorization", bearer}});
  }
  Reply configure(std::string id, std::string action = "enable", int generation = 1, std::string more = "") {
    return iot(
        "POST", vin + "/configure",
        fmt::format(R"({{"commandId":"{}","serviceId":"heat","action":"{}","configuration":{{"level":3}},)"
                    R"("generation":{},"callbackUrl":"https://us.test/cb"{}}})",
                    id, action, generation, more));
  }
  std::string status(std::string id) { return iot("GET", vin + "/status?commandId=" + id).response.body; }
  Reply stripe(std::string method, std::string path, std::string body = "", std::string key = "") {
    std::vector<ports::HttpHeader> headers{{"Authorization", "Bearer sk_test_contactor"}};
    if (!key.empty()) headers.push_back({"Idempotency-Key", std::move(key)});
    return call(std::move(method), "/stripe/v1/" + path, std::move(body), std::move(headers));
  }
  void mood(Mood mood) { world.pin_mood(*Vin::parse(vin), mood, now); }
  [[nodiscard]] bool active() const { return world.feature_active(*Vin::parse(vin), "heat"); }

  std::string vin = "WVWZZZ1JZXW000001";
};

}  // namespace contactor::world
