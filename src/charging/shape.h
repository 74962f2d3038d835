#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/instant.h"
#include "base/secret.h"
#include "charging/catalogue.h"
#include "charging/quality.h"
#include "charging/references.h"
#include "charging/units.h"
#include "vin/vin.h"

namespace contactor::charging {

/// What a member's type says of it. One specialization for each sort of value; there is nothing else in a
/// model.
template <class Value>
struct Shape;

struct Plain {
  static constexpr std::string_view unit = "", symbol = "";
  static constexpr int decimals = 0;
  static constexpr std::array<std::string_view, 0> choices{};
};
template <class Model>
struct Shape<TextId<Model>> : Plain {
  static constexpr Kind kind = Kind::id;
};
template <>
struct Shape<std::string> : Plain {
  static constexpr Kind kind = Kind::text;
};
template <>
struct Shape<Vin> : Plain {
  static constexpr Kind kind = Kind::vin;
};
template <>
struct Shape<Instant> : Plain {
  static constexpr Kind kind = Kind::moment;
};
template <>
struct Shape<std::int64_t> : Plain {
  static constexpr Kind kind = Kind::count;
};
template <>
struct Shape<bool> : Plain {
  static constexpr Kind kind = Kind::flag;
};
template <>
struct Shape<JsonObject> : Plain {
  static constexpr Kind kind = Kind::object;
};
template <>
struct Shape<Secret> : Plain {
  static constexpr Kind kind = Kind::secret;
};
template <>
struct Shape<Quality> : Plain {
  static constexpr Kind kind = Kind::choices;
  static constexpr auto& choices = Spelling<Flag>::names;
};
template <class Unit>
struct Shape<Quantity<Unit>> : Plain {
  static constexpr Kind kind = Kind::number;
  static constexpr std::string_view unit = Unit::name, symbol = Unit::symbol;
  static constexpr int decimals = Unit::decimals;
};
template <class Enum>
  requires requires { Spelling<Enum>::names; }
struct Shape<Enum> : Plain {
  static constexpr Kind kind = Kind::choice;
  static constexpr auto& choices = Spelling<Enum>::names;
};

template <class Value>
inline constexpr bool is_optional = false;
template <class Value>
inline constexpr bool is_optional<std::optional<Value>> = true;

/// The value inside of an optional, or the type itself.
template <class Value>
struct Bare {
  using Type = Value;
};
template <class Value>
struct Bare<std::optional<Value>> {
  using Type = Value;
};
template <class Value>
using BareOf = typename Bare<Value>::Type;

template <class Model, class Value>
constexpr FieldInfo info_of(const Field<Model, Value>& field) {
  using Of = Shape<BareOf<Value>>;
  return {field.name,  Of::kind,  field.presence, is_optional<Value> && field.presence != Presence::required,
          field.range, Of::unit,  Of::symbol,     Of::decimals,
          Of::choices, field.doc, field.source,   field.placeholder};
}

}  // namespace contactor::charging
