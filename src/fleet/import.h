#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fleet/vehicle.h"

namespace contactor::fleet {

/// One good line of a vehicle file.
struct ImportedVehicle {
  std::size_t line = 0;
  Vin vin;
  Wish wish;
};
/// One line that cannot be taken, and why; the VIN masked.
struct BadLine {
  std::size_t line = 0;
  std::string why;
};

/// Reads
/// `vin,fleet,activation_requested_status,activation_start_date,activation_end_date,make,model,type,comment`
/// piece by piece: RFC 4180, UTF-8 with or without its mark, `,` or `;` as the header has it, columns in any
/// order and case, `vin` at least; blanks around a value do not count, lines with nothing on them neither.
///
/// * The requested status is `true false yes no on off t f y n 1 0 ja nein oui non vrai faux wahr falsch`, in
///   any case; nothing where nobody has said.
/// * Days are those of `parse_day`; a start behind its end is a bad line.
/// * The same VIN may come again with the same wish, and counts once; with another one it is a bad line.
///
/// A bad line costs itself only. A quote that is never closed, and a line of more than a megabyte, too.
class CsvReader {
 public:
  using OnVehicle = std::function<void(ImportedVehicle)>;
  using OnBad = std::function<void(BadLine)>;
  CsvReader(OnVehicle on_vehicle, OnBad on_bad);
  ~CsvReader();
  /// @errors  invalid: the header is missing or names an unknown column; nothing was taken then.
  [[nodiscard]] Status feed(std::string_view piece);
  [[nodiscard]] Status finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace contactor::fleet
