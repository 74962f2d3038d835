#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

namespace contactor::charging {

/// Who fills a member, and who gets to see it.
enum class Presence : std::uint8_t {
  required,  ///< whoever makes a record must say it
  optional,  ///< may be said; otherwise null, or what the struct begins with
  ours,      ///< set by the program: read, never written, by others
  secret,    ///< may be said and is never told again
  hidden,    ///< in the store only
};

/// Lowest and highest value: of a number in the last decimal of its unit, of a text in bytes.
struct Range {
  std::int64_t min = 0;
  std::int64_t max = 0;
};

// A range that is wider than any vehicle and narrower than any mistake. Energy keeps to what JSON numbers
// hold exactly: nine million kWh in micro-watt-hours.
inline constexpr Range kShortText{1, 255};
inline constexpr Range kLongText{1, 2000};
inline constexpr Range kIdText{1, 64};
inline constexpr Range kObjectText{2, 16'384};
inline constexpr Range kMoment{0, 253'402'300'799'999};
inline constexpr Range kVoltage{0, 10'000'000};
inline constexpr Range kCurrent{-10'000'000, 10'000'000};
inline constexpr Range kPower{-999'999'999, 999'999'999};
inline constexpr Range kEnergy{-9'007'199'254, 9'007'199'254};
inline constexpr Range kRegister{-9'007'199'254'740'991, 9'007'199'254'740'991};
inline constexpr Range kPercent{0, 100'000};
inline constexpr Range kDuration{0, 253'402'300'800};
inline constexpr Range kDistance{0, 10'000'000'000};
inline constexpr Range kTemperature{-100'000, 200'000};
inline constexpr Range kLatitude{-900'000'000, 900'000'000};
inline constexpr Range kLongitude{-1'800'000'000, 1'800'000'000};
inline constexpr Range kCount{0, 9'007'199'254'740'991};

/// One member of a model: the only place where its name, range and meaning stand. JSON, its schema, SQL
/// columns, the API's description and docs/charging.md are all made of it.
template <class Model, class Value>
struct Field {
  std::string_view name;
  Value Model::* member;
  Presence presence;
  Range range;
  std::string_view doc;                     ///< one sentence or more, for people
  std::string_view source;                  ///< where the value comes from
  std::optional<std::int64_t> placeholder;  ///< a number that devices send for "none"
};

/// The table of a model: `name` (of its SQL table), `title`, `route`, `doc` and `fields`, a tuple of `Field`
/// in the order of the struct's members.
template <class Model>
struct Table;

template <class Model, class Visit>
constexpr void for_each_field(Visit&& visit) {
  std::apply([&](const auto&... field) { (visit(field), ...); }, Table<Model>::fields);
}

template <class Model, class Value>
constexpr Field<Model, Value> field(std::string_view name, Value Model::* member, Presence presence,
                                    Range range, std::string_view doc, std::string_view source,
                                    std::optional<std::int64_t> placeholder = std::nullopt) {
  return {name, member, presence, range, doc, source, placeholder};
}

}  // namespace contactor::charging
