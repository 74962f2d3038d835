#pragma once

#include "ota/retry_schedule.h"
#include "ota/ticket.h"

namespace contactor::ota {

/// Every number the core decides with. Defaults are the brief's.
struct Policy {
  RetryPolicy retry;
  Millis command_timeout = std::chrono::minutes(5);  ///< the vehicle's time to answer one command
  Millis request_timeout =
      std::chrono::seconds(30);  ///< one HTTP exchange; also the guard band of the hourly budget
  std::uint32_t commands_per_hour = 10;
  Millis poll_min = std::chrono::seconds(2);
  Millis poll_max = std::chrono::seconds(30);
  Millis diagnosis_timeout = std::chrono::seconds(15);  ///< what a dead car may delay the money's way back
  Millis reversal_wait = std::chrono::seconds(60);      ///< what a slow bank may delay the customer's mail
  Millis horizon = std::chrono::hours(24);  ///< nothing is sent later: well inside a hold's usual seven days
  Millis rate_limit_wait = std::chrono::seconds(60);  ///< after a 429 that names no time
  Millis deactivation_delay_max = std::chrono::hours(24);
  Millis deactivation_ticket_after = std::chrono::hours(24 * 7);
  SlaPolicy sla;
  std::string on_duty = "on-duty technician";
};

}  // namespace contactor::ota
