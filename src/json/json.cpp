#include "json/json.h"

#include <fmt/format.h>

#include <cmath>
#include <set>

namespace contactor::json {
namespace {

/// Boost.JSON keeps the last of two equal keys in silence; a document that says a thing twice is refused
/// instead. Keys are collected while parsing, so the whole check is one pass over the text's structure.
class DuplicateKeys {
 public:
  [[nodiscard]] bool found(std::string_view text);

 private:
  std::vector<std::set<std::string, std::less<>>> open_;
};

/// @pre `text` is valid JSON. Escaped spellings of one key are compared after the parser has unified nothing,
/// so only keys that contain a backslash are decoded.
bool DuplicateKeys::found(std::string_view text) {
  std::vector<bool> is_object;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{') {
      open_.emplace_back();
      is_object.push_back(true);
    } else if (c == '[') {
      is_object.push_back(false);
    } else if (c == '}') {
      open_.pop_back();
      is_object.pop_back();
    } else if (c == ']') {
      is_object.pop_back();
    } else if (c == '"') {
      const std::size_t first = i++;
      while (text[i] != '"') i += text[i] == '\\' ? 2 : 1;
      std::size_t next = i + 1;
      while (next < text.size() &&
             (text[next] == ' ' || text[next] == '\t' || text[next] == '\n' || text[next] == '\r'))
        ++next;
      if (is_object.empty() || !is_object.back() || next >= text.size() || text[next] != ':') continue;
      const std::string_view raw = text.substr(first, i + 1 - first);
      std::string key(raw.substr(1, raw.size() - 2));
      if (key.contains('\\')) key = std::string_view(boost::json::parse(raw).get_string());
      if (!open_.back().insert(std::move(key)).second) return true;
    }
  }
  return false;
}

/// A number like 1e400 is read as infinity, which is written as a number that no reader takes back.
bool has_infinity(const value& from) {
  if (const auto* number = from.if_double()) return !std::isfinite(*number);
  if (const auto* list = from.if_array()) return std::ranges::any_of(*list, has_infinity);
  if (const auto* members = from.if_object())
    return std::ranges::any_of(*members, [](const auto& member) { return has_infinity(member.value()); });
  return false;
}

}  // namespace

Result<value> parse(std::string_view text, Limits limits) {
  if (text.size() > limits.bytes)
    return fail(ErrorKind::invalid, "json", fmt::format("larger than {} bytes", limits.bytes));
  boost::json::parse_options options;
  options.max_depth = limits.depth;
  boost::json::stream_parser parser({}, options);
  boost::system::error_code error;
  const std::size_t used = parser.write(text.data(), text.size(), error);
  if (!error) parser.finish(error);
  if (error)
    return fail(ErrorKind::invalid, "json",
                fmt::format("not a JSON document: {} at byte {}", error.message(), used));
  if (DuplicateKeys().found(text))
    return fail(ErrorKind::invalid, "json", "an object has the same member twice");
  value document = parser.release();
  if (has_infinity(document)) return fail(ErrorKind::invalid, "json", "a number is too large");
  return document;
}

std::string serialize(const value& document) { return boost::json::serialize(document); }

const object* object_at(const object& parent, std::string_view key) {
  const auto* found = parent.if_contains(key);
  return found == nullptr ? nullptr : found->if_object();
}

const array* array_at(const object& parent, std::string_view key) {
  const auto* found = parent.if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}

std::optional<std::string_view> string_at(const object& parent, std::string_view key) {
  const auto* found = parent.if_contains(key);
  if (found == nullptr || !found->is_string()) return std::nullopt;
  return std::string_view(found->get_string());
}

std::optional<std::int64_t> integer_at(const object& parent, std::string_view key) {
  const auto* found = parent.if_contains(key);
  if (found == nullptr) return std::nullopt;
  if (found->is_int64()) return found->get_int64();
  if (found->is_uint64() && found->get_uint64() <= INT64_MAX)
    return static_cast<std::int64_t>(found->get_uint64());
  return std::nullopt;
}

std::optional<bool> bool_at(const object& parent, std::string_view key) {
  const auto* found = parent.if_contains(key);
  if (found == nullptr || !found->is_bool()) return std::nullopt;
  return found->get_bool();
}

std::string short_text_at(const object& parent, std::string_view key, std::size_t bytes_max) {
  return shortened(string_at(parent, key).value_or(""), bytes_max);
}

std::string shortened(std::string_view utf8, std::size_t bytes_max) {
  if (utf8.size() <= bytes_max) return std::string(utf8);
  while (bytes_max > 0 && (static_cast<unsigned char>(utf8[bytes_max]) & 0xc0) == 0x80) --bytes_max;
  return std::string(utf8.substr(0, bytes_max));
}

}  // namespace contactor::json
