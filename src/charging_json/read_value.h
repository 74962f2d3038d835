#pragma once

#include <optional>
#include <string>

#include "charging/shape.h"

namespace boost::json {
class value;
}  // namespace boost::json

namespace contactor::charging_json {

using boost::json::value;

using charging::FieldInfo;

/// Why a value cannot be read; nothing where it was.
using Complaint = std::optional<std::string>;

/// A number in the last decimal of its unit, from a JSON number or its text, within the range of the member.
[[nodiscard]] Complaint read_number(const value& from, const FieldInfo& field, std::int64_t& out);
/// A text within the member's range of bytes and without control characters.
[[nodiscard]] Complaint read_text(const value& from, const FieldInfo& field, std::string& out);

[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, std::string& out);
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, std::int64_t& out);
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, bool& out);
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, Instant& out);
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, Vin& out);
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, Secret& out);
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, charging::JsonObject& out);
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, charging::Quality& out);
/// Letters, digits and `_ . : -`, as ids are made of.
[[nodiscard]] Complaint read_id(const value& from, const FieldInfo& field, std::string& out);
/// The place of a text among the member's choices.
[[nodiscard]] Complaint read_choice(const value& from, const FieldInfo& field, std::size_t& index);

template <class Model>
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, TextId<Model>& out) {
  std::string text;
  if (auto complaint = read_id(from, field, text)) return complaint;
  out = TextId<Model>(std::move(text));
  return std::nullopt;
}

template <class Unit>
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, charging::Quantity<Unit>& out) {
  std::int64_t count = 0;
  if (auto complaint = read_number(from, field, count)) return complaint;
  out = charging::Quantity<Unit>(count);
  return std::nullopt;
}

template <class Enum>
  requires requires { charging::Spelling<Enum>::names; }
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, Enum& out) {
  std::size_t index = 0;
  if (auto complaint = read_choice(from, field, index)) return complaint;
  out = static_cast<Enum>(index);
  return std::nullopt;
}

template <class Value>
[[nodiscard]] Complaint read(const value& from, const FieldInfo& field, std::optional<Value>& out) {
  Value inner{};
  if (auto complaint = read(from, field, inner)) return complaint;
  out = std::move(inner);
  return std::nullopt;
}

}  // namespace contactor::charging_json
