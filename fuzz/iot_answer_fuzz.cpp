// Answers of the IoT API to its four calls. The first line is the call, then the answer.

#include "fuzz/input.h"
#include "gateways/iot_api/snapshot.h"
#include "gateways/iot_api/wire.h"
#include "json/json.h"

namespace contactor::gateways::iot_api {
namespace {

const Vin& vin() {
  static const Vin vin = *Vin::parse("WVWZZZ1JZXW000001");
  return vin;
}

void check_failure(const Error& error) {
  CTR_ASSERT(error.applied == Applied::no && fuzz::is_utf8(error.detail) && error.detail.size() < 2000);
}

void check_words(const ota::Failure& failure) {
  // They are stored, shown and mailed: what is no text would be refused there.
  CTR_ASSERT(fuzz::is_utf8(failure.code) && fuzz::is_utf8(failure.message));
  CTR_ASSERT(failure.code.size() <= 64 && failure.message.size() <= 512);
}

void check_configure(const ports::HttpResponse& response) {
  const auto facts = read_configure(response, "c1", fuzz::kNow);
  const auto answer = ota::classify(facts);
  check_words(answer.failure);
  CTR_ASSERT(facts.http_status == response.status);
  // The car's own word is never made up: only a 2xx that names our command and says so.
  if (answer.kind != ota::CommandAnswer::Kind::confirmed) return;
  CTR_ASSERT(response.status >= 200 && response.status < 300 && facts.confirmed && facts.body_understood);
  CTR_ASSERT(response.body.contains("commandId") || response.body.contains('\\'));
}

void check_status(const ports::HttpResponse& response) {
  const auto status = read_status(response, vin(), "c1", fuzz::kNow);
  if (!status) return check_failure(status.error());
  check_words(status->command_failure);
  CTR_ASSERT(fuzz::is_utf8(status->firmware_version) && status->firmware_version.size() <= 256);
  CTR_ASSERT(status->snapshot.size() <= kSnapshotMax && json::parse(status->snapshot));
}

void check_health(const ports::HttpResponse& response) {
  const auto health = read_health(response, fuzz::kNow);
  if (!health) return check_failure(health.error());
  CTR_ASSERT(fuzz::is_utf8(health->network));
}

void check_history(const ports::HttpResponse& response) {
  const auto items = read_history(response, fuzz::kNow);
  if (!items) return check_failure(items.error());
  CTR_ASSERT(items->size() <= 10'000 && std::ranges::is_sorted(*items, {}, &ota::IotHistoryItem::at));
  for (const auto& item : *items) CTR_ASSERT(fuzz::is_utf8(item.command_id) && fuzz::is_utf8(item.source));
}

}  // namespace
}  // namespace contactor::gateways::iot_api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace iot_api = contactor::gateways::iot_api;
  contactor::fuzz::Input input(data, size);
  const auto call = input.line();
  const auto response = input.response();
  if (call == "configure") iot_api::check_configure(response);
  if (call == "status") iot_api::check_status(response);
  if (call == "health") iot_api::check_health(response);
  if (call == "history") iot_api::check_history(response);
  return 0;
}
