#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace boost::json {
class object;
}  // namespace boost::json

namespace contactor::charging_json {

/// Who speaks: what the program sets itself (`Presence::ours`) others may not say. What is in the store only,
/// nobody may.
enum class Speaker : std::uint8_t { anyone, program };

/// What is wrong with one member.
struct Fault {
  std::string member;
  std::string what;  ///< a sentence without its subject: "is above 100000"
};

template <class Model>
struct Decoded {
  Model model;  ///< faulty members are as they were before
  std::vector<Fault> faults;
  [[nodiscard]] bool good() const { return faults.empty(); }
};

/// Reads one of the ten models; every fault is listed, not only the first. A number may be a JSON number or
/// its decimal text; one with decimals is rounded half to even, a whole one must be whole. Null is what a
/// missing member is. Placeholders are read as null and flagged. Members that the model does not have are
/// refused: what a provider says beyond the model belongs into `provider_info`, `telemetry` or `metadata`.
template <class Model>
[[nodiscard]] Decoded<Model> decode(const boost::json::object& from, Speaker speaker);

/// Changes the members that are named; null empties what may be empty. Nothing is required.
template <class Model>
[[nodiscard]] Decoded<Model> change(Model model, const boost::json::object& from, Speaker speaker);

/// One JSON document of at most 64 KiB, as `encode` writes it: of another program that uses these models.
/// @errors  invalid, naming the first faulty member.
template <class Model>
[[nodiscard]] Result<Model> decode_text(std::string_view text);

/// One line of JSON with every member that readers may see, in the order of the table; what is unknown is
/// null.
template <class Model>
[[nodiscard]] std::string encode(const Model& model);

}  // namespace contactor::charging_json
