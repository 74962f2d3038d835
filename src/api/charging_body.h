#pragma once

#include <expected>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_forward.h"
#include "api/problem.h"

namespace contactor::api {

/// How many records one request may bring.
inline constexpr std::size_t kRecordsMax = 20'000;

/// How a body tells its records.
enum class RecordForm : std::uint8_t {
  one,    ///< a JSON object
  array,  ///< a JSON array of them
  lines,  ///< NDJSON
};

/// @param place  the number of the line, of the element from 1, or 1.
/// @param record null: nothing that could be read stands there, and `why` says why.
using OnRecord = std::function<void(std::size_t place, const boost::json::object* record, std::string why)>;

[[nodiscard]] bool is_ndjson(std::string_view content_type);

/// Reads one object, an array or NDJSON and hands out what it finds, one after the other.
/// @errors  a ready Problem where the body as a whole is none of these, or has too many records.
[[nodiscard]] std::expected<RecordForm, Problem> read_records(std::string_view body, bool is_lines,
                                                              const OnRecord& on_record);

}  // namespace contactor::api
