#pragma once

#include <expected>
#include <functional>
#include <string>

#include "api/json_forward.h"
#include "api/problem.h"
#include "ota/activation.h"
#include "ports/store.h"

namespace contactor::api {

class Fields;

/// What an order needs beside its body.
struct OrderContext {
  std::function<const ports::Service*(const ServiceId&)> find_service;
  std::string ordered_by;
  Instant now;
};

/// Turns the body of `POST /v1/ota/activations` and the catalogue's entry into the facts of an order.
/// @errors  everything that is wrong, each with its pointer. A payment that was only initiated starts nothing
/// (RULINGS T28).
[[nodiscard]] std::expected<ota::Order, Faults> read_order(const boost::json::object& body,
                                                           const OrderContext& context);
/// A payment object alone: for the technician's fresh authorisation.
[[nodiscard]] ota::Payment read_payment(const boost::json::object& from, const std::string& pointer,
                                        Faults& faults);

}  // namespace contactor::api
