// What is put into the catalogue. The first line is the id in the path, the rest the body.

#include "api/service_document.h"

#include "api/fields.h"
#include "fuzz/input.h"
#include "json/json.h"

namespace contactor::api {
namespace {

void check_refusal(const Faults& faults) {
  CTR_ASSERT(!faults.empty() && faults.size() <= 100);
  const auto answer = to_response(validation_problem(faults), "req_1");
  CTR_ASSERT(fuzz::is_utf8(answer.body) && json::parse(answer.body));
}

/// What was accepted can be used, is shown as it was given, and may be put back as it is shown.
void check_accepted(const ports::Service& service) {
  const auto terms = terms_of(service);
  CTR_ASSERT(terms.has_value());
  const auto configuration = json::parse(terms->configuration);
  CTR_ASSERT(configuration && configuration->is_object());
  for (const auto& member : configuration->get_object())
    CTR_ASSERT(member.key() != "base" && !member.key().starts_with("base."));
  const auto shown = Body::parse(service_json(service));
  CTR_ASSERT(shown.has_value());
  const auto again = read_service(service.id.str(), shown->object());
  CTR_ASSERT(again && again->name == service.name);
  const auto same = terms_of(*again);
  // Boost 1.81 reads a fraction to within a unit in its last place: only whole numbers stay exact.
  CTR_ASSERT(same && (terms->configuration.contains('E') || same->configuration == terms->configuration));
}

void check_document(const std::string& id, std::string_view text) {
  const auto body = Body::parse(text);
  if (!body) return;
  auto service = read_service(id, body->object());
  if (!service) return check_refusal(service.error());
  service->version = 1;
  service->updated_at = fuzz::kNow;
  check_accepted(*service);
}

}  // namespace
}  // namespace contactor::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  contactor::fuzz::Input input(data, size);
  const std::string id(input.line());
  contactor::api::check_document(id, input.rest());
  return 0;
}
