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
/// piece by piece (RFC 4180; header line required, columns in any order, `vin` at least; `;` as separator is
/// seen from the header; a UTF-8 mark is skipped). A VIN that comes twice with another wish is a bad line.
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
