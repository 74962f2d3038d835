#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace contactor::ports {

/// Every byte but the unreserved ones of RFC 3986 as `%XX`: safe in a path segment and in a query.
[[nodiscard]] std::string percent_encode(std::string_view text);
/// `application/x-www-form-urlencoded`: names and values encoded and joined.
[[nodiscard]] std::string form_body(
    std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

}  // namespace contactor::ports
