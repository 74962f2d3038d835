#include "api/fields.h"

#include <fmt/format.h>

#include "json/json.h"

namespace contactor::api {
namespace {

constexpr Millis kDurationMax = std::chrono::hours(24 * 36'525);
// Enough to see what is wrong, too little to make the answer a weapon.
constexpr std::size_t kFaultsMax = 100;

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

bool is_visible_ascii(char c) { return c > 0x20 && c < 0x7f; }
bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Catches typing errors and header injection; whether the address exists, only mail can tell. What passes
/// here must pass the mail gateway too, or an accepted order's customer could never be told how it ended.
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || at == 0 || at > 64 || text.find('@', at + 1) != std::string_view::npos)
    return false;
  const std::string_view domain = text.substr(at + 1);
  const auto is_forbidden = [](char c) {
    return !is_visible_ascii(c) || std::string_view(",;:<>()[]\\\"").contains(c);
  };
  if (std::ranges::any_of(text, is_forbidden) || text.contains("..") || text.starts_with('-')) return false;
  return domain.size() >= 3 && domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.') &&
         !domain.starts_with('-') && text[at - 1] != '.' && text.front() != '.';
}

/// At most `bytes` of a text, without cutting a character.
std::string_view beginning(std::string_view utf8, std::size_t bytes) {
  if (utf8.size() <= bytes) return utf8;
  while (bytes > 0 && (static_cast<unsigned char>(utf8[bytes]) & 0xc0) == 0x80) --bytes;
  return utf8.substr(0, bytes);
}

std::string escape_pointer(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::optional<std::string> why_not(std::string_view text, const TextRule& rule) {
  const std::size_t length = characters(text);
  if (length < rule.min)
    return rule.min == 1 ? "must not be empty" : fmt::format("must have at least {} characters", rule.min);
  if (length > rule.max) return fmt::format("must have at most {} characters", rule.max);
  switch (rule.kind) {
    case TextRule::Kind::visible_ascii:
      if (!std::ranges::all_of(text, is_visible_ascii)) return "must be visible ASCII without blanks";
      break;
    case TextRule::Kind::email:
      if (!is_email(text)) return "must be an e-mail address";
      break;
    case TextRule::Kind::any:
      if (std::ranges::any_of(text, is_control)) return "must not contain control characters";
      break;
    case TextRule::Kind::multiline:
      if (std::ranges::any_of(text, [](char c) { return is_control(c) && c != '\n' && c != '\t'; }))
        return "must not contain control characters other than line breaks";
      break;
  }
  if (text.find_first_not_of(" \t\n") == std::string_view::npos && rule.min > 0) return "must not be blank";
  return std::nullopt;
}

Fields::Fields(const boost::json::object& from, std::string pointer, Faults& faults)
    : from_(from), pointer_(std::move(pointer)), faults_(faults) {}

std::string Fields::pointer_to(std::string_view name) const { return pointer_ + "/" + escape_pointer(name); }

void Fields::blame(std::string_view name, std::string detail) {
  if (faults_.size() < kFaultsMax) faults_.push_back({pointer_to(name), std::move(detail)});
}

bool Fields::has(std::string_view name) const { return from_.contains(name); }

const boost::json::value* Fields::member(std::string_view name, bool required) {
  allow(name);
  const auto* found = from_.if_contains(name);
  if (found == nullptr && required) blame(name, "is required");
  return found;
}

std::optional<std::string> Fields::optional_text(std::string_view name, const TextRule& rule) {
  const auto* found = member(name, false);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) {
    blame(name, "must be a string");
    return std::nullopt;
  }
  const std::string_view given = found->get_string();
  if (auto why = why_not(given, rule)) {
    blame(name, std::move(*why));
    return std::nullopt;
  }
  return std::string(given);
}

std::string Fields::text(std::string_view name, const TextRule& rule) {
  if (member(name, true) == nullptr) return {};
  return optional_text(name, rule).value_or(std::string());
}

bool Fields::is_null(std::string_view name) const {
  const auto* found = from_.if_contains(name);
  return found != nullptr && found->is_null();
}

std::optional<std::string> Fields::nullable_text(std::string_view name, const TextRule& rule) {
  if (!is_null(name)) return optional_text(name, rule);
  allow(name);
  return std::nullopt;
}

std::optional<bool> Fields::nullable_flag(std::string_view name) {
  allow(name);
  if (is_null(name) || !has(name)) return std::nullopt;
  return optional_flag(name);
}

std::int64_t Fields::integer(std::string_view name, std::int64_t min, std::int64_t max) {
  const auto* found = member(name, true);
  if (found == nullptr) return min;
  if (!found->is_int64() && !found->is_uint64()) {
    blame(name, "must be an integer");
    return min;
  }
  const auto given = json::integer_at(from_, name);
  if (given && *given >= min && *given <= max) return *given;
  blame(name, fmt::format("must be from {} to {}", min, max));
  return min;
}

bool Fields::optional_flag(std::string_view name) {
  const auto* found = member(name, false);
  if (found == nullptr) return false;
  if (found->is_bool()) return found->get_bool();
  blame(name, "must be true or false");
  return false;
}

std::optional<Millis> Fields::optional_duration(std::string_view name) {
  const auto given = optional_text(name, {.min = 1, .max = 32, .kind = TextRule::Kind::visible_ascii});
  if (!given) return std::nullopt;
  const auto duration = parse_duration(*given);
  if (!duration)
    blame(name, "must be a duration such as 30d, 12h, 45m");
  else if (*duration <= Millis(0) || *duration > kDurationMax)
    blame(name, "must be longer than nothing and at most 36525d");
  else
    return duration;
  return std::nullopt;
}

std::vector<std::string> Fields::optional_texts(std::string_view name, const TextRule& rule,
                                                std::size_t count_max) {
  const auto* found = member(name, false);
  if (found == nullptr) return {};
  const auto* list = found->if_array();
  if (list == nullptr || list->size() > count_max) {
    blame(name, fmt::format("must be a list of at most {} strings", count_max));
    return {};
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < list->size(); ++i) {
    const auto* item = (*list)[i].if_string();
    const auto why = item == nullptr ? std::optional<std::string>("must be a string") : why_not(*item, rule);
    if (!why)
      texts.emplace_back(*item);
    else if (faults_.size() < kFaultsMax)
      faults_.push_back({fmt::format("{}/{}", pointer_to(name), i), *why});
  }
  return texts;
}

const boost::json::object* Fields::optional_object(std::string_view name) {
  const auto* found = member(name, false);
  if (found == nullptr) return nullptr;
  if (found->is_object()) return &found->get_object();
  blame(name, "must be an object");
  return nullptr;
}

const boost::json::object* Fields::object(std::string_view name) {
  if (member(name, true) == nullptr) return nullptr;
  return optional_object(name);
}

void Fields::refuse_unknown() {
  for (const auto& [name, value] : from_) {
    const std::string_view key = name;
    if (known_.contains(key)) continue;
    // A foreign name may be a megabyte long; its beginning tells which one is meant.
    blame(beginning(key, 100), "is not known here");
  }
}

std::expected<Body, Problem> Body::parse(std::string_view text) {
  auto document = json::parse(text);
  if (!document) return std::unexpected(malformed_body(document.error().detail));
  if (!document->is_object())
    return std::unexpected(validation_problem(Faults{Fault{"", "must be an object"}}));
  return Body(std::make_shared<const boost::json::value>(std::move(*document)));
}

const boost::json::object& Body::object() const { return document_->get_object(); }

}  // namespace contactor::api
