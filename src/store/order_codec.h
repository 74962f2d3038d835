#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "ota/activation.h"
#include "ota/ticket.h"

namespace contactor::store {

/// Orders and tickets as the JSON documents that are stored.
[[nodiscard]] std::string encode(const ota::Order& order);
[[nodiscard]] std::string encode(const ota::Ticket& ticket);
/// @errors  internal: the document is not one that `encode` wrote.
[[nodiscard]] Result<std::shared_ptr<const ota::Order>> decode_order(std::string_view document);
[[nodiscard]] Result<ota::Ticket> decode_ticket(std::string_view document);

}  // namespace contactor::store
