#pragma once

#include <libpq-fe.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"

namespace contactor::store::postgres {

/// The types that travel. Their numbers are fixed for all time (pg_type.dat).
enum class Type : Oid { boolean = 16, bytea = 17, int8 = 20, int4 = 23, text = 25 };

/// A one-dimensional array in the binary format, built value by value.
/// @source PostgreSQL, array_send in utils/adt/arrayfuncs.c.
class Array {
 public:
  explicit Array(Type element);

  void clear();
  void add_number(std::int64_t value);  ///< in the width of the element type
  void add_text(std::string_view value);
  void add_null();
  [[nodiscard]] std::size_t size() const { return count_; }
  /// The whole array; valid until the next change.
  [[nodiscard]] std::string_view bytes();

 private:
  Type element_;
  std::string bytes_;
  std::size_t count_ = 0;
  bool has_null_ = false;
};

/// The parameters of one run of one statement, all in the binary format.
class Values {
 public:
  Values& int4(std::int32_t value) { return number(Type::int4, value); }
  Values& int8(std::int64_t value) { return number(Type::int8, value); }
  Values& moment(Instant at) { return int8(at.millis()); }
  Values& moment(const std::optional<Instant>& at) { return at ? moment(*at) : null(); }
  Values& boolean(bool value) { return number(Type::boolean, value ? 1 : 0); }
  Values& text(std::string_view value);
  Values& blob(std::span<const std::uint8_t> value);
  Values& null();
  /// Not copied: it must live until the run has ended.
  Values& array(Array& array);

  [[nodiscard]] int count() const { return static_cast<int>(entries_.size()); }
  void collect(std::vector<const char*>& data, std::vector<int>& lengths) const;

 private:
  struct Entry {
    std::string own;
    std::string_view borrowed;
    bool is_null = false;
    bool is_borrowed = false;
  };
  Values& number(Type type, std::int64_t value);
  std::vector<Entry> entries_;
};

/// One array of every value.
[[nodiscard]] Array int8_array(std::span<const std::int64_t> values);
[[nodiscard]] Array int4_array(std::span<const std::int32_t> values);

}  // namespace contactor::store::postgres
