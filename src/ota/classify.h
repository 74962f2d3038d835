#pragma once

#include <optional>
#include <string>

#include "ota/observation.h"

namespace contactor::ota {

/// What the IoT API's answer to a configure command says, read off the wire without judging it.
struct AnswerFacts {
  int http_status = 0;
  bool body_understood = false;  ///< a JSON object of the documented shape, for the command that was sent
  std::optional<CommandStatus> status;
  bool confirmed = false;
  std::string error_code;  ///< of `{"error":{"code","message"}}`, empty where there is none
  std::string error_message;
  std::optional<Millis> retry_after;
};

/// Status *and* body decide: a 200 with an error object is a failure, a 403 that says rate_limited is a rate
/// limit, a broken 2xx is unknown.
/// @source  RULINGS T8, T11, T42, T46.
[[nodiscard]] CommandAnswer classify(const AnswerFacts& facts);
/// No HTTP answer at all: `applied = no` is a definite transient failure, everything else is unknown.
[[nodiscard]] CommandAnswer classify_transport(const Error& error);
/// The API's error codes to the brief's categories; nothing for a code that is not documented.
[[nodiscard]] std::optional<FailureCategory> category_of_code(std::string_view error_code);

}  // namespace contactor::ota
