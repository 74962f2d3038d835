#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ports/http.h"
#include "vin/vin.h"

namespace contactor::gateways::stellantis {

/// `POST /vehicles/eligibilities`, all at once.
[[nodiscard]] ports::HttpRequest eligibility_request(std::string_view base_url, const std::vector<Vin>& vins);
/// `GET /contracts`: one page. @param vin  of this vehicle only; null: of all.
[[nodiscard]] ports::HttpRequest contracts_request(std::string_view base_url, std::size_t skip,
                                                   std::size_t limit, const Vin* vin);
/// `POST /contracts`, from now for a year. The same key gives the same reference.
[[nodiscard]] ports::HttpRequest create_request(std::string_view base_url, std::string_view company,
                                                const Vin& vin, std::string_view key, Instant now);
/// `PUT /fleets/{id}/vehicles`.
[[nodiscard]] ports::HttpRequest join_request(std::string_view base_url, std::string_view fleet_id,
                                              std::string_view contract);
/// `DELETE /contracts/{id}`. @pre  the id is not empty: without one, all contracts would be meant.
[[nodiscard]] ports::HttpRequest delete_request(std::string_view base_url, std::string_view contract);

/// A text in the form of a UUID (version 8 of RFC 9562), equal for equal words.
[[nodiscard]] std::string uuid_of(std::string_view purpose, std::string_view words);
/// The same day a year later; the last of February where that has no 29th.
[[nodiscard]] Instant a_year_after(Instant from);

}  // namespace contactor::gateways::stellantis
