// JSON text of strangers.

#include "json/json.h"

#include "fuzz/input.h"

namespace contactor::json {
namespace {

constexpr Limits kLimits{.bytes = 8192, .depth = 16};

std::size_t members_in(const value& from) {
  std::size_t sum = 0;
  if (const auto* object = from.if_object())
    for (const auto& member : *object) sum += 1 + members_in(member.value());
  if (const auto* array = from.if_array())
    for (const auto& item : *array) sum += members_in(item);
  return sum;
}

std::size_t depth_of(const value& from) {
  std::size_t inner = 0;
  if (const auto* object = from.if_object())
    for (const auto& member : *object) inner = std::max(inner, depth_of(member.value()));
  if (const auto* array = from.if_array())
    for (const auto& item : *array) inner = std::max(inner, depth_of(item));
  return from.is_structured() ? inner + 1 : 0;
}

bool has_fraction(const value& from) {
  if (const auto* list = from.if_array()) return std::ranges::any_of(*list, has_fraction);
  if (const auto* members = from.if_object())
    return std::ranges::any_of(*members, [](const auto& member) { return has_fraction(member.value()); });
  return from.is_double();
}

/// Colons outside of texts: one for each member that was written, also for those that were written twice.
std::size_t written_members(std::string_view text) {
  std::size_t sum = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (in_text && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      in_text = !in_text;
    } else if (!in_text && text[i] == ':') {
      ++sum;
    }
  }
  return sum;
}

void check_accepted(std::string_view text, const value& document) {
  CTR_ASSERT(text.size() <= kLimits.bytes && depth_of(document) <= kLimits.depth && fuzz::is_utf8(text));
  CTR_ASSERT(members_in(document) == written_members(text));
  const std::string written = json::serialize(document);
  CTR_ASSERT(fuzz::is_utf8(written));
  const auto again = parse(written, {.bytes = 1 << 20, .depth = kLimits.depth});
  CTR_ASSERT(again && members_in(*again) == members_in(document));
  // Boost 1.81 reads a fraction to within a unit in its last place: only whole numbers stay exact.
  if (!has_fraction(document)) CTR_ASSERT(json::serialize(*again) == written);
}

/// Refused for a member that stands twice: then the tree must have lost one.
void check_refused(std::string_view text, const Error& error) {
  CTR_ASSERT(error.kind == ErrorKind::invalid && fuzz::is_utf8(error.detail));
  if (!error.detail.contains("twice")) return;
  boost::system::error_code failure;
  const auto document = boost::json::parse(std::string(text), failure, {}, {.max_depth = kLimits.depth});
  CTR_ASSERT(!failure && members_in(document) < written_members(text));
}

}  // namespace
}  // namespace contactor::json

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace json = contactor::json;
  const std::string_view text = contactor::fuzz::Input(data, size).rest();
  const auto document = json::parse(text, json::kLimits);
  if (document)
    json::check_accepted(text, *document);
  else
    json::check_refused(text, document.error());
  return 0;
}
