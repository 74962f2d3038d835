#pragma once

#include <expected>
#include <string>

#include "api/json_forward.h"
#include "api/problem.h"
#include "ota/activation.h"
#include "ports/store.h"

namespace contactor::api {

/// What the catalogue's entry means for an order.
struct ServiceTerms {
  std::string configuration;  ///< the template, a JSON object
  ota::Requirements requirements;
};

/// Checks what is put into the catalogue. The base platform is always on and can never be targeted: neither
/// by the service's name nor by a key of its template.
/// @return  the entry to store, without a version.
[[nodiscard]] std::expected<ports::Service, Faults> read_service(const std::string& id,
                                                                 const boost::json::object& document);
/// Reads a stored entry back.
/// @errors  internal: the store holds something that was never accepted.
[[nodiscard]] Result<ServiceTerms> terms_of(const ports::Service& service);
/// The entry as clients see it: the document with `id`, `version` and `updated_at`.
[[nodiscard]] std::string service_json(const ports::Service& service);
/// Adds a fault for every key of a configuration that reaches for the base platform.
void refuse_base_platform(const boost::json::object& configuration, const std::string& pointer,
                          Faults& faults);

}  // namespace contactor::api
