#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "charging/catalogue.h"

namespace contactor::charging_json {

/// A row of a table as one JSON object of a model: flags from `true` and `false`, choices from words with a
/// blank between two, objects from their JSON; a cell with nothing in it is left out. What the cells say is
/// not looked at beyond that: the codec does.
class RowReader {
 public:
  /// @param header  names of the model's members, in any order and case; what the program sets itself may be
  ///                there and is passed over, so that what was exported can be taken in.
  /// @errors  invalid: a column is none, or stands twice.
  [[nodiscard]] static Result<RowReader> create(const charging::ModelInfo& model,
                                                const std::vector<std::string>& header);
  /// @errors  invalid: too many cells, a flag or an object that is none.
  [[nodiscard]] Result<std::string> json_of(const std::vector<std::string>& cells) const;

 private:
  std::vector<const charging::FieldInfo*> columns_;  ///< null: passed over
};

/// What a file's header is about: the model whose required members are all there.
/// @return null where it is neither a stat nor an event.
[[nodiscard]] const charging::ModelInfo* model_of_header(const std::vector<std::string>& header);

}  // namespace contactor::charging_json
