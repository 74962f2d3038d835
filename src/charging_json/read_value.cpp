#include "charging_json/read_value.h"

#include <fmt/format.h>

#include <cmath>

#include "charging/decimal.h"
#include "json/json.h"

namespace contactor::charging_json {
namespace {

/// The number as its sender wrote it: the shortest text of a double is what it was read from, up to 15
/// digits.
std::optional<std::string> number_text(const value& from) {
  if (const auto* number = from.if_int64()) return std::to_string(*number);
  if (const auto* number = from.if_uint64()) return std::to_string(*number);
  if (const auto* number = from.if_double()) return fmt::format("{}", *number);
  if (const auto* text = from.if_string()) return std::string(std::string_view(*text));
  return std::nullopt;
}

bool is_whole(const value& from) {
  if (const auto* number = from.if_double()) return std::trunc(*number) == *number;
  if (const auto* text = from.if_string())
    return std::string_view(*text).find_first_not_of("-0123456789") == std::string_view::npos;
  return true;
}

std::string choices_text(const FieldInfo& field) { return fmt::format("{}", fmt::join(field.choices, ", ")); }

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

}  // namespace

Complaint read_number(const value& from, const FieldInfo& field, std::int64_t& out) {
  const auto text = number_text(from);
  if (!text) return "must be a number, or its decimal text";
  const auto count = charging::parse_decimal(*text, field.decimals);
  if (!count) return "is no number, or one that is too large";
  if (field.decimals == 0 && !is_whole(from)) return "must be a whole number";
  if (*count < field.range.min) return "is below " + charging::decimal_text(field.range.min, field.decimals);
  if (*count > field.range.max) return "is above " + charging::decimal_text(field.range.max, field.decimals);
  out = *count;
  return std::nullopt;
}

Complaint read_text(const value& from, const FieldInfo& field, std::string& out) {
  const auto* text = from.if_string();
  if (text == nullptr) return "must be a text";
  const std::string_view view = *text;
  if (std::cmp_less(view.size(), field.range.min) || std::cmp_greater(view.size(), field.range.max))
    return fmt::format("must have {} to {} bytes", field.range.min, field.range.max);
  if (std::ranges::any_of(view, is_control)) return "has a control character";
  out = view;
  return std::nullopt;
}

Complaint read(const value& from, const FieldInfo& field, std::string& out) {
  return read_text(from, field, out);
}

Complaint read(const value& from, const FieldInfo& field, std::int64_t& out) {
  return read_number(from, field, out);
}

Complaint read(const value& from, const FieldInfo&, bool& out) {
  const auto* flag = from.if_bool();
  if (flag == nullptr) return "must be true or false";
  out = *flag;
  return std::nullopt;
}

Complaint read(const value& from, const FieldInfo& field, Instant& out) {
  const auto* text = from.if_string();
  const auto at = text == nullptr ? std::nullopt : parse_rfc3339(*text);
  if (!at) return "must be a moment like 2026-11-21T06:38:14Z";
  if (at->millis() < field.range.min || at->millis() > field.range.max)
    return "is no moment between 1970 and 9999";
  out = *at;
  return std::nullopt;
}

Complaint read(const value& from, const FieldInfo&, Vin& out) {
  const auto* text = from.if_string();
  if (text == nullptr) return "must be a text";
  auto vin = Vin::parse(*text);
  if (!vin) return "is no VIN: " + vin.error().detail;
  out = *vin;
  return std::nullopt;
}

Complaint read(const value& from, const FieldInfo& field, Secret& out) {
  std::string text;
  if (auto complaint = read_text(from, field, text)) return complaint;
  out = Secret(std::move(text));
  return std::nullopt;
}

Complaint read(const value& from, const FieldInfo& field, charging::JsonObject& out) {
  if (!from.is_object()) return "must be an object";
  std::string text = json::serialize(from);
  if (std::cmp_greater(text.size(), field.range.max))
    return fmt::format("is larger than {} bytes", field.range.max);
  out.text = std::move(text);
  return std::nullopt;
}

Complaint read(const value& from, const FieldInfo& field, charging::Quality& out) {
  const auto* words = from.if_array();
  if (words == nullptr) return "must be a list of: " + choices_text(field);
  charging::Quality quality;
  for (const auto& word : *words) {
    const auto* text = word.if_string();
    const auto flag = text == nullptr ? std::nullopt : charging::parse_spelled<charging::Flag>(*text);
    if (!flag) return "must be a list of: " + choices_text(field);
    quality.add(*flag);
  }
  out = quality;
  return std::nullopt;
}

Complaint read_choice(const value& from, const FieldInfo& field, std::size_t& index) {
  const auto* text = from.if_string();
  const auto found =
      text == nullptr ? field.choices.end() : std::ranges::find(field.choices, std::string_view(*text));
  if (found == field.choices.end()) return "must be one of: " + choices_text(field);
  index = static_cast<std::size_t>(found - field.choices.begin());
  return std::nullopt;
}

Complaint read_id(const value& from, const FieldInfo& field, std::string& out) {
  std::string text;
  if (auto complaint = read_text(from, field, text)) return complaint;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           std::string_view("_.:-").contains(c);
  };
  if (!std::ranges::all_of(text, fits)) return "may have letters, digits and _ . : - only";
  out = std::move(text);
  return std::nullopt;
}

}  // namespace contactor::charging_json
