#include "api/service_document.h"

#include <fmt/format.h>

#include "api/fields.h"
#include "json/json.h"

namespace contactor::api {
namespace {

constexpr std::size_t kListMax = 100;
constexpr std::size_t kDocumentBytesMax = 64 * 1024;
constexpr std::string_view kOrigin = "catalogue";

bool is_base(std::string_view key) { return key == "base" || key.starts_with("base."); }

std::vector<ServiceId> service_ids(const std::vector<std::string>& texts) {
  std::vector<ServiceId> ids;
  for (const auto& text : texts) ids.emplace_back(text);
  return ids;
}

ServiceTerms read_terms(Fields& fields, Faults& faults) {
  ServiceTerms terms;
  if (const auto* configuration = fields.object("template")) {
    refuse_base_platform(*configuration, "/template", faults);
    terms.configuration = json::serialize(*configuration);
    if (terms.configuration.size() > kDocumentBytesMax) fields.blame("template", "must be at most 64 KiB");
  }
  terms.requirements.compatible_models = fields.optional_texts("compatible_models", kNameRule, kListMax);
  terms.requirements.min_firmware = fields.optional_text("min_firmware", kIdRule).value_or("");
  terms.requirements.requires_services = service_ids(fields.optional_texts("requires", kIdRule, kListMax));
  terms.requirements.conflicts_services = service_ids(fields.optional_texts("conflicts", kIdRule, kListMax));
  if (const auto* preconditions = fields.optional_object("preconditions")) {
    Fields inner(*preconditions, "/preconditions", faults);
    terms.requirements.parked = inner.optional_flag("parked");
    inner.refuse_unknown();
  }
  return terms;
}

}  // namespace

void refuse_base_platform(const boost::json::object& configuration, const std::string& pointer,
                          Faults& faults) {
  Fields fields(configuration, pointer, faults);
  for (const auto& [key, value] : configuration)
    if (is_base(key))
      fields.blame(key.size() <= 100 ? std::string_view(key) : "base",
                   "the base platform is always on and cannot be targeted");
}

std::expected<ports::Service, Faults> read_service(const std::string& id,
                                                   const boost::json::object& document) {
  Faults faults;
  Fields fields(document, "", faults);
  if (auto why = why_not(id, kIdRule)) faults.push_back({"?id", *why});
  if (is_base(id)) faults.push_back({"?id", "the base platform is always on and cannot be targeted"});
  ports::Service service{.id = ServiceId(id), .name = fields.text("name", kNameRule)};
  if (const auto given = fields.optional_text("id", kIdRule); given && *given != id)
    fields.blame("id", "must be the id in the path");
  (void)fields.optional_text("description", kWordsRule);
  // What a client read it may put back: these two are ours and are not taken over.
  fields.allow("version");
  fields.allow("updated_at");
  const ServiceTerms terms = read_terms(fields, faults);
  fields.refuse_unknown();
  const auto names_itself = [&](const ServiceId& other) { return other == service.id; };
  if (std::ranges::any_of(terms.requirements.requires_services, names_itself))
    fields.blame("requires", "must not name itself");
  if (std::ranges::any_of(terms.requirements.conflicts_services, names_itself))
    fields.blame("conflicts", "must not name itself");
  if (!faults.empty()) return std::unexpected(std::move(faults));
  json::object kept = document;
  for (const auto* ours : {"id", "version", "updated_at"}) kept.erase(ours);
  service.document = json::serialize(kept);
  return service;
}

Result<ServiceTerms> terms_of(const ports::Service& service) {
  const auto document = json::parse(service.document);
  Faults faults;
  if (document && document->is_object()) {
    Fields fields(document->get_object(), "", faults);
    ServiceTerms terms = read_terms(fields, faults);
    if (faults.empty()) return terms;
  }
  return fail(ErrorKind::internal, kOrigin,
              fmt::format("the stored entry of service {} cannot be read", service.id.str()));
}

std::string service_json(const ports::Service& service) {
  json::object out{{"id", service.id.str()}, {"version", service.version}};
  if (const auto document = json::parse(service.document); document && document->is_object())
    for (const auto& [key, value] : document->get_object()) out[key] = value;
  out["name"] = service.name;
  out["updated_at"] = to_rfc3339(service.updated_at);
  return json::serialize(out);
}

}  // namespace contactor::api
