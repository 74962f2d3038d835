#pragma once

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "base/instant.h"

namespace contactor::store::postgres {

/// The rows that one statement answered with, in the binary format, read one after another and column by
/// column.
class Answer {
 public:
  explicit Answer(PGresult* raw) : raw_(raw) {}

  /// Steps to the next row, at first to the first one. False: there are no more.
  [[nodiscard]] bool next() {
    column_ = 0;
    return ++row_ < PQntuples(raw_.get());
  }
  [[nodiscard]] int count() const { return PQntuples(raw_.get()); }
  /// The first column of the last row, wherever the reading stands. Needs a row.
  [[nodiscard]] std::string_view first_of_last() const;
  /// How many rows the statement inserted, changed or deleted.
  [[nodiscard]] std::int64_t changed() const;

  // Columns of the row that stands ready.
  [[nodiscard]] std::int64_t read_number();  ///< of a boolean or an integer of any width; NULL: 0
  [[nodiscard]] Instant read_moment() { return Instant::from_millis(read_number()); }
  [[nodiscard]] std::optional<Instant> read_optional_moment();
  [[nodiscard]] std::string_view read_text();
  [[nodiscard]] std::span<const std::uint8_t> read_blob();
  [[nodiscard]] bool next_is_null() const { return PQgetisnull(raw_.get(), row_, column_) != 0; }
  void skip(int columns) { column_ += columns; }

 private:
  struct Clear {
    void operator()(PGresult* raw) const { PQclear(raw); }
  };
  std::unique_ptr<PGresult, Clear> raw_;
  int row_ = -1;
  int column_ = 0;
};

}  // namespace contactor::store::postgres
