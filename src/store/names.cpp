#include "store/names.h"

#include <array>

namespace contactor::store {
namespace {

constexpr std::array<std::string_view, 4> kKinds{"money", "email", "push", "display"};
constexpr std::array<std::string_view, 5> kOutcomes{"pending", "sent", "failed", "unavailable", "dropped"};

template <class Enum, std::size_t count>
std::optional<Enum> parse(const std::array<std::string_view, count>& texts, std::string_view text) {
  for (std::size_t i = 0; i < count; ++i)
    if (texts[i] == text) return static_cast<Enum>(i);
  return std::nullopt;
}

}  // namespace

std::string_view to_string(ports::OutboxEntry::Kind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}
std::optional<ports::OutboxEntry::Kind> parse_outbox_kind(std::string_view text) {
  return parse<ports::OutboxEntry::Kind>(kKinds, text);
}
std::string_view to_string(ports::NoticeOutcome outcome) {
  return kOutcomes.at(static_cast<std::size_t>(outcome));
}
std::optional<ports::NoticeOutcome> parse_notice_outcome(std::string_view text) {
  return parse<ports::NoticeOutcome>(kOutcomes, text);
}

std::optional<ota::Channel> channel_of(ports::OutboxEntry::Kind kind) {
  using Kind = ports::OutboxEntry::Kind;
  switch (kind) {
    case Kind::money:
      return std::nullopt;
    case Kind::email:
      return ota::Channel::email;
    case Kind::push:
      return ota::Channel::push;
    case Kind::display:
      return ota::Channel::display;
  }
  return std::nullopt;
}

}  // namespace contactor::store
