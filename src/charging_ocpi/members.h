#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "charging/field.h"

namespace boost::json {
class array;
class object;
class value;
}  // namespace boost::json

namespace contactor::charging_ocpi {

enum class Need : std::uint8_t { required, optional };

/// Reads members of one object by path, `cdr_location.coordinates.latitude`. Null is what a missing one is.
/// What is wrong makes the member nothing and is kept, the first of it only.
class Members {
 public:
  explicit Members(const boost::json::object& from) : from_(from) {}

  /// One of OCPI's texts: not empty, of so many bytes, without control characters.
  [[nodiscard]] std::optional<std::string> text(std::string_view path, std::int64_t bytes_max, Need need);
  /// A whole number of the last of so many decimals, rounded half to even.
  [[nodiscard]] std::optional<std::int64_t> number(std::string_view path, int decimals, charging::Range range,
                                                   Need need);
  /// RFC 3339 in UTC, where OCPI lets the Z be left out.
  [[nodiscard]] std::optional<Instant> moment(std::string_view path, Need need);
  /// Of objects; nothing where it is missing.
  [[nodiscard]] const boost::json::array* list(std::string_view path);
  [[nodiscard]] bool is_true(std::string_view path);

  void blame(std::string_view path, std::string_view what);
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

 private:
  [[nodiscard]] const boost::json::value* find(std::string_view path) const;
  [[nodiscard]] const boost::json::value* find(std::string_view path, Need need);

  const boost::json::object& from_;
  std::optional<std::string> fault_;
};

}  // namespace contactor::charging_ocpi
