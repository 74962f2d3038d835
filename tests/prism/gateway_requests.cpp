// Drives the gateway to High Mobility over its own standard streams: a line of JSON for each request out, a
// line for its answer in. `prism_test.py` carries them to a server that knows the API's description.

#include <iostream>

#include "gateways/high_mobility/gateway.h"
#include "gateways/testing/scripted_transport.h"
#include "json/json.h"

namespace contactor {
namespace {

/// One exchange at a time, over stdout and stdin.
class StreamTransport : public ports::HttpTransport {
 public:
  std::string prefer;  ///< which of the described answers the first call shall get: "409"

  void send(ports::HttpRequest request, ports::Done<Result<ports::HttpResponse>> done) override {
    json::object headers;
    for (const auto& header : request.headers) headers[header.name] = header.value;
    if (!prefer.empty() && !request.url.ends_with("access_tokens"))
      headers["Prefer"] = "code=" + std::exchange(prefer, {});
    std::cout << json::serialize(json::object{{"method", request.method},
                                              {"url", request.url},
                                              {"headers", std::move(headers)},
                                              {"body", request.body}})
              << std::endl;
    std::string line;
    std::getline(std::cin, line);
    const auto answer = json::parse(line);
    CTR_ASSERT(answer && answer->is_object());
    done(ports::HttpResponse{
        .status = static_cast<int>(json::integer_at(answer->get_object(), "status").value_or(0)),
        .headers = {},
        .body = std::string(json::string_at(answer->get_object(), "body").value_or(""))});
  }
};

std::string shown(const Result<fleet::CloudState>& answer) {
  if (!answer) return std::string(to_string(answer.error().kind));
  return fmt::format("{} {}", fleet::to_string(answer->standing), answer->reason);
}

using gateways::high_mobility::Gateway;
using Call = void (Gateway::*)(std::vector<ports::CloudSubject>, ports::Done<ports::CloudAnswers>);

struct Scenario {
  const char* name;
  Call call;
  int subjects;
  const char* make;
  const char* prefer;
};

constexpr Scenario kScenarios[]{
    {"observe two", &Gateway::observe, 2, "mercedes-benz", ""},
    {"observe a hundred", &Gateway::observe, 100, "mercedes-benz", ""},
    {"observe all", &Gateway::observe, 101, "mercedes-benz", ""},
    {"observe too often", &Gateway::observe, 1, "mercedes-benz", "429"},
    {"activate after the lookup", &Gateway::activate, 1, "mercedes-benz", ""},
    {"activate without a lookup", &Gateway::activate, 2, "dacia", ""},
    {"activate a volvo", &Gateway::activate, 1, "volvo", ""},
    {"deactivate", &Gateway::deactivate, 1, "mercedes-benz", ""},
    {"deactivate what is gone", &Gateway::deactivate, 1, "mercedes-benz", "404"},
    {"deactivate in a conflict", &Gateway::deactivate, 1, "mercedes-benz", "409"},
    {"deactivate too early", &Gateway::deactivate, 1, "mercedes-benz", "422"},
    {"deactivate too often", &Gateway::deactivate, 1, "mercedes-benz", "429"},
};

void play(const Scenario& scenario) {
  StreamTransport transport;
  transport.prefer = scenario.prefer;
  gateways::testing::ManualTimekeeper time;
  Gateway gateway({.transport = transport,
                   .timekeeper = time,
                   .auth_url = "/v1/access_tokens",
                   .base_url = "",
                   .client_id = "us",
                   .client_secret = Secret("secret"),
                   .tags = {{"customer", "Lyon"}}});
  std::vector<ports::CloudSubject> subjects;
  for (int number = 1; number <= scenario.subjects; ++number)
    subjects.push_back({.vin = *Vin::parse(fmt::format("WDD1770871J{:06}", number)),
                        .make = scenario.make,
                        .fleet = {},
                        .handle = {},
                        .key = "k"});
  (gateway.*scenario.call)(std::move(subjects), [&](const ports::CloudAnswers& answers) {
    std::cout << json::serialize(
                     json::object{{"scenario", scenario.name}, {"answer", shown(answers.front())}})
              << std::endl;
  });
}

}  // namespace
}  // namespace contactor

int main() {
  for (const auto& scenario : contactor::kScenarios) contactor::play(scenario);
}
