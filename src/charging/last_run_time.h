#pragma once

#include <optional>
#include <string>

#include "base/instant.h"
#include "charging/field.h"
#include "charging/references.h"
#include "charging/units.h"

namespace contactor::charging {

/// When one job ran with one credential, and up to where its source has been read.
struct LastRunTime {
  IdOf<LastRunTime> id;
  std::optional<IdOf<Credential>> credential_id;
  std::string job_name;
  Instant last_run_at;
  std::optional<Instant> finished_at;
  std::optional<Instant> high_water_at;
  Seconds overlap{0};
  std::optional<Instant> created_at;
  std::optional<Instant> updated_at;

  friend bool operator==(const LastRunTime&, const LastRunTime&) = default;
};

template <>
struct Table<LastRunTime> {
  static constexpr std::string_view name = "last_run_time", title = "LastRunTime", route = "last-run-times";
  static constexpr std::string_view doc =
      "When one job ran with one credential, and up to where its source has been read.";
  static constexpr auto fields = std::tuple{
      field("id", &LastRunTime::id, Presence::ours, kIdText, "Names this mark.", "the program"),
      field("credential_id", &LastRunTime::credential_id, Presence::optional, kIdText,
            "The credential that the job ran with; null: it needs none.", "the job"),
      field("job_name", &LastRunTime::job_name, Presence::required, kShortText, "Which job.", "the job"),
      field("last_run_at", &LastRunTime::last_run_at, Presence::required, kMoment,
            "When its last run began, by the clock of the job.", "the job"),
      field("finished_at", &LastRunTime::finished_at, Presence::optional, kMoment,
            "When that run ended; null: it is running, or was cut off.", "the job"),
      field("high_water_at", &LastRunTime::high_water_at, Presence::optional, kMoment,
            "Up to which time of the source all data is stored; moves in the transaction that stores it.",
            "the source"),
      field("overlap_seconds", &LastRunTime::overlap, Presence::optional, kDuration,
            "How far before the high-water mark the next run reads again, for data that comes late.",
            "the job"),
      field("created_at", &LastRunTime::created_at, Presence::ours, kMoment, "When the job first ran.",
            "the program"),
      field("updated_at", &LastRunTime::updated_at, Presence::ours, kMoment, "When the mark last moved.",
            "the program"),
  };
};

}  // namespace contactor::charging
