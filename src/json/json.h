#pragma once

// Include from .cpp files only: Boost.JSON and Describe are costly to parse.

#include <boost/describe.hpp>
#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace contactor::json {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// What foreign text may cost before it is refused.
struct Limits {
  std::size_t bytes = 1 << 20;
  std::size_t depth = 32;
};

/// Parses text that must be one JSON document in valid UTF-8, without duplicate keys and without numbers
/// beyond those of a double.
/// @errors  invalid, with the byte position; applied = no. Cost: O(size), one allocation arena.
[[nodiscard]] Result<value> parse(std::string_view text, Limits limits = {});
[[nodiscard]] std::string serialize(const value& document);

/// A member of the given kind, or nothing where it is missing, null or of another kind.
[[nodiscard]] const object* object_at(const object& parent, std::string_view key);
[[nodiscard]] const array* array_at(const object& parent, std::string_view key);
[[nodiscard]] std::optional<std::string_view> string_at(const object& parent, std::string_view key);
[[nodiscard]] std::optional<std::int64_t> integer_at(const object& parent, std::string_view key);
[[nodiscard]] std::optional<bool> bool_at(const object& parent, std::string_view key);
/// A text of at most so many bytes, cut between two characters, so that what is kept can be stored and shown
/// again; empty where it is missing or of another kind.
[[nodiscard]] std::string short_text_at(const object& parent, std::string_view key, std::size_t bytes_max);
[[nodiscard]] std::string shortened(std::string_view utf8, std::size_t bytes_max);

}  // namespace contactor::json

namespace contactor {

/// Any described struct of this project to JSON: members by name, absent optionals left out.
template <class T, class Members = boost::describe::describe_members<T, boost::describe::mod_any_access>>
  requires(!std::is_union_v<T>)
void tag_invoke(const boost::json::value_from_tag&, boost::json::value& out, const T& from) {
  auto& object = out.emplace_object();
  boost::mp11::mp_for_each<Members>([&](auto member) {
    const auto& field = from.*member.pointer;
    if constexpr (requires {
                    field.has_value();
                    *field;
                  }) {
      if (field.has_value()) object[member.name] = boost::json::value_from(*field, object.storage());
    } else {
      object[member.name] = boost::json::value_from(field, object.storage());
    }
  });
}

/// Any described struct of this project from JSON that this project wrote: missing members keep their
/// defaults.
template <class T, class Members = boost::describe::describe_members<T, boost::describe::mod_any_access>>
  requires(!std::is_union_v<T>)
T tag_invoke(const boost::json::value_to_tag<T>&, const boost::json::value& from) {
  T out{};
  const auto& object = from.as_object();
  boost::mp11::mp_for_each<Members>([&](auto member) {
    auto& field = out.*member.pointer;
    using Field = std::remove_cvref_t<decltype(field)>;
    const auto* found = object.if_contains(member.name);
    if (found == nullptr || found->is_null()) return;
    if constexpr (requires {
                    field.has_value();
                    *field;
                  })
      field = boost::json::value_to<typename Field::value_type>(*found);
    else
      field = boost::json::value_to<Field>(*found);
  });
  return out;
}

}  // namespace contactor
