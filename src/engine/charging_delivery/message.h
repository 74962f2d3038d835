#pragma once

#include <string>
#include <string_view>

#include "charging/delivery.h"
#include "engine/vault.h"
#include "ports/charging_store.h"
#include "ports/egress.h"

namespace contactor::engine {

/// Where a sealed member belongs: it opens nowhere else.
[[nodiscard]] std::string seal_context(std::string_view table, std::string_view id, std::string_view member);

/// One version of a charging event as Standard Webhooks has it: `{"type", "timestamp", "data"}`, the same
/// bytes in every attempt, signed anew by each secret that is valid now. `webhook-id` is the delivery's id.
/// @errors  invalid or unauthorized: the address must not be sent to, or there is no secret to sign with.
[[nodiscard]] Result<ports::HttpRequest> message_of(const ports::Delivery& delivery,
                                                    const charging::Subscription& to, const Vault& vault,
                                                    const ports::EgressPolicy& egress, Instant now);

}  // namespace contactor::engine
