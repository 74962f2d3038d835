#pragma once

#include <optional>
#include <string>

#include "charging/shape.h"

namespace contactor::charging_json {

/// A JSON text: quotes, backslashes and control characters are escaped, all else is written as it is.
void write_text(std::string& out, std::string_view text);

void write(std::string& out, const std::string& value);
void write(std::string& out, std::int64_t value);
void write(std::string& out, bool value);
void write(std::string& out, Instant value);
void write(std::string& out, const Vin& value);
void write(std::string& out, const charging::JsonObject& value);
void write(std::string& out, charging::Quality value);
void write_number(std::string& out, std::int64_t count, int decimals);
/// A secret is never written; the codec leaves such members out before it comes here.
void write(std::string& out, const Secret& value) = delete;

template <class Model>
void write(std::string& out, const TextId<Model>& value) {
  write_text(out, value.str());
}
template <class Unit>
void write(std::string& out, charging::Quantity<Unit> value) {
  write_number(out, value.count(), Unit::decimals);
}
template <class Enum>
  requires requires { charging::Spelling<Enum>::names; }
void write(std::string& out, Enum value) {
  write_text(out, charging::spelled(value));
}
template <class Value>
void write(std::string& out, const std::optional<Value>& value) {
  if (value) {
    write(out, *value);
  } else {
    out += "null";
  }
}

}  // namespace contactor::charging_json
