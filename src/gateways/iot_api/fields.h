#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ota/observation.h"

namespace boost::json {
class object;
}

namespace contactor::gateways::iot_api {

// Readers of single members. Missing and null are "not said"; another type than documented is a protocol
// error.

[[nodiscard]] std::unexpected<Error> not_documented(std::string_view what);
[[nodiscard]] Result<boost::json::object> parse_object(std::string_view body);
/// At most `size_max` bytes of it are kept.
[[nodiscard]] Result<std::string> text_of(const boost::json::object& parent, std::string_view key,
                                          std::size_t size_max = 256);
[[nodiscard]] Result<std::optional<bool>> flag_of(const boost::json::object& parent, std::string_view key);
[[nodiscard]] Result<std::optional<std::int64_t>> number_of(const boost::json::object& parent,
                                                            std::string_view key);
[[nodiscard]] Result<std::optional<Instant>> moment_of(const boost::json::object& parent,
                                                       std::string_view key);
/// A status of a word that is not documented is `unknown`.
[[nodiscard]] Result<ota::CommandStatus> status_of(const boost::json::object& parent, std::string_view key);
/// Why a command was rejected or timed out: `"error"` as `{"code","message"}` or as a bare code, or nothing.
[[nodiscard]] ota::Failure failure_of(const boost::json::object& parent, ota::CommandStatus status);

}  // namespace contactor::gateways::iot_api
