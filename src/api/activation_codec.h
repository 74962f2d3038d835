#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/json_forward.h"
#include "ota/activation.h"
#include "ports/store.h"

namespace contactor::api {

/// An activation as the contract writes it.
[[nodiscard]] boost::json::object activation_object(const ota::Activation& activation);
[[nodiscard]] std::string activation_json(const ota::Activation& activation);

/// The whole story of one activation, oldest first: every transition of every step, notices, and what is
/// still owed.
struct Story {
  ota::Activation activation;
  std::vector<ota::HistoryEntry> history;
  std::vector<ports::NoticeRecord> notices;
  std::vector<ports::OutboxEntry> pending;
};
/// One object for each transition of each step, `seq` rising without gaps over all of them.
[[nodiscard]] boost::json::array transitions_array(const std::vector<ota::HistoryEntry>& history);
[[nodiscard]] boost::json::object story_object(const Story& story);
/// What money and words are still owed, and when they are tried next.
[[nodiscard]] boost::json::array pending_array(const std::vector<ports::OutboxEntry>& pending);
[[nodiscard]] boost::json::array notices_array(const std::vector<ports::NoticeRecord>& notices);
/// The truth about the money in one sentence, for people.
[[nodiscard]] std::string money_words(const ota::Activation& activation);

/// Every VIN named is replaced by its masked form, wherever the text has it.
[[nodiscard]] std::string mask_vin(std::string text, const Vin& vin);

[[nodiscard]] boost::json::value failure_value(const std::optional<ota::Failure>& failure);
/// Null for never and for moments that have not come.
[[nodiscard]] boost::json::value moment_value(Instant at);

[[nodiscard]] std::string_view to_string(ports::OutboxEntry::Kind kind);
[[nodiscard]] std::string_view to_string(ports::NoticeOutcome outcome);

}  // namespace contactor::api
