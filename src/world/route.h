#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ports/http.h"

namespace contactor::world {

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// A request's target taken apart; the views live as long as the request's url.
struct Target {
  std::string_view path;   ///< starts with '/', as sent
  std::string_view query;  ///< without '?'
};

[[nodiscard]] Target target_of(std::string_view url);
/// Cuts `prefix` from the front of `path`; false and untouched where it is not there.
[[nodiscard]] bool take_prefix(std::string_view& path, std::string_view prefix);
/// The segment up to the next '/', which is cut off together with it.
[[nodiscard]] std::string_view take_segment(std::string_view& path);
/// The first header of that name, any case; empty where there is none.
[[nodiscard]] std::string_view header_of(const ports::HttpRequest& request, std::string_view name);
/// `application/x-www-form-urlencoded`, at most 64 fields.
[[nodiscard]] FormFields parse_form(std::string_view text);
[[nodiscard]] std::string_view field_of(const FormFields& fields, std::string_view name);
[[nodiscard]] std::string url_decoded(std::string_view text);
/// What follows `Bearer `; empty where the header is of another scheme or missing.
[[nodiscard]] std::string_view bearer_of(const ports::HttpRequest& request);
/// User and password of HTTP basic, decoded.
[[nodiscard]] std::optional<std::pair<std::string, std::string>> basic_of(const ports::HttpRequest& request);

}  // namespace contactor::world
