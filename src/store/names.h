#pragma once

#include <optional>
#include <string_view>

#include "ports/store.h"

namespace contactor::store {

[[nodiscard]] std::string_view to_string(ports::OutboxEntry::Kind kind);
[[nodiscard]] std::optional<ports::OutboxEntry::Kind> parse_outbox_kind(std::string_view text);
[[nodiscard]] std::string_view to_string(ports::NoticeOutcome outcome);
[[nodiscard]] std::optional<ports::NoticeOutcome> parse_notice_outcome(std::string_view text);
/// The channel of a notice's entry; nothing for money.
[[nodiscard]] std::optional<ota::Channel> channel_of(ports::OutboxEntry::Kind kind);

}  // namespace contactor::store
