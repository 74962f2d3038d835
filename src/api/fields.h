#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "api/json_forward.h"
#include "api/problem.h"
#include "base/instant.h"

namespace contactor::api {

/// What a text may be.
struct TextRule {
  std::size_t min = 1;
  std::size_t max = 200;
  enum class Kind : std::uint8_t { any, visible_ascii, email, multiline } kind = Kind::any;
};
inline constexpr TextRule kIdRule{.min = 1, .max = 128, .kind = TextRule::Kind::visible_ascii};
inline constexpr TextRule kNameRule{.min = 1, .max = 200};
inline constexpr TextRule kEmailRule{.min = 3, .max = 254, .kind = TextRule::Kind::email};
inline constexpr TextRule kWordsRule{.min = 1, .max = 2000, .kind = TextRule::Kind::multiline};

/// Why a text breaks its rule; nothing where it does not. Lengths count Unicode characters.
[[nodiscard]] std::optional<std::string> why_not(std::string_view text, const TextRule& rule);

/// Reads the members of one JSON object and writes down everything that is wrong, each with its pointer.
/// Members are required unless the function's name says otherwise; null is a value of the wrong type. Values
/// of faulty members are empty.
class Fields {
 public:
  Fields(const boost::json::object& from, std::string pointer, Faults& faults);

  [[nodiscard]] std::string text(std::string_view name, const TextRule& rule);
  [[nodiscard]] std::optional<std::string> optional_text(std::string_view name, const TextRule& rule);
  /// Nothing where it is missing, or null: a change tells the two apart by is_null.
  [[nodiscard]] std::optional<std::string> nullable_text(std::string_view name, const TextRule& rule);
  [[nodiscard]] std::optional<bool> nullable_flag(std::string_view name);
  [[nodiscard]] bool is_null(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t min, std::int64_t max);
  [[nodiscard]] bool optional_flag(std::string_view name);
  /// Contract durations: `30d`; longer than nothing, at most a hundred years.
  [[nodiscard]] std::optional<Millis> optional_duration(std::string_view name);
  [[nodiscard]] std::vector<std::string> optional_texts(std::string_view name, const TextRule& rule,
                                                        std::size_t count_max);
  [[nodiscard]] const boost::json::object* object(std::string_view name);
  [[nodiscard]] const boost::json::object* optional_object(std::string_view name);
  /// One of an enum's spellings, as `parse` reads them.
  template <class Parse>
  [[nodiscard]] auto one_of(std::string_view name, Parse parse, std::string_view choices) {
    const std::string given = text(name, kNameRule);
    auto parsed = parse(given);
    if (!parsed && !given.empty()) blame(name, std::string("must be one of: ").append(choices));
    return parsed.value_or(typename decltype(parsed)::value_type{});
  }
  [[nodiscard]] bool has(std::string_view name) const;
  /// For a member that something else reads.
  void allow(std::string_view name) { known_.insert(std::string(name)); }
  void blame(std::string_view name, std::string detail);
  [[nodiscard]] std::string pointer_to(std::string_view name) const;
  /// Call last: names every member that nobody asked for.
  void refuse_unknown();

 private:
  [[nodiscard]] const boost::json::value* member(std::string_view name, bool required);

  const boost::json::object& from_;
  std::string pointer_;
  Faults& faults_;
  std::set<std::string, std::less<>> known_;
};

/// Parses a body that must be one JSON object.
/// @errors  a ready Problem: 400 where it is not JSON, 422 where it is not an object.
class Body {
 public:
  [[nodiscard]] static std::expected<Body, Problem> parse(std::string_view text);
  [[nodiscard]] const boost::json::object& object() const;

 private:
  explicit Body(std::shared_ptr<const boost::json::value> document) : document_(std::move(document)) {}
  std::shared_ptr<const boost::json::value> document_;
};

}  // namespace contactor::api
