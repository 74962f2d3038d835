#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "fleet/import.h"
#include "vin/vin.h"

namespace contactor::fleet {

/// One good line of a file of owners. The code is a secret: it is not to be shown.
struct ImportedOwner {
  std::size_t line = 0;
  Vin vin;
  std::string name;
  std::string email;
  std::string region;  ///< as typed; empty: Europe
  std::string code;    ///< empty: the one on record stays
  std::string callback_url;
};

/// Reads `vin,name,email,region,code,callback_url` piece by piece, as CsvReader does: `vin` and
/// `callback_url` at least, columns in any order. A bad line costs itself only; what is wrong with a value is
/// said without the value. A VIN that comes again is a bad line.
class OwnerReader {
 public:
  using OnOwner = std::function<void(ImportedOwner)>;
  using OnBad = std::function<void(BadLine)>;
  OwnerReader(OnOwner on_owner, OnBad on_bad);
  ~OwnerReader();
  /// @errors  invalid: the header is missing, lacks a column or names an unknown one; nothing was taken then.
  [[nodiscard]] Status feed(std::string_view piece);
  [[nodiscard]] Status finish();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace contactor::fleet
