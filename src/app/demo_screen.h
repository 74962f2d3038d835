#pragma once

#include <string>

#include "app/demo_fleet.h"
#include "app/demo_tally.h"

namespace contactor::app {

/// Live progress on stderr: redrawn in place on a terminal, one line every few seconds elsewhere.
class DemoScreen {
 public:
  DemoScreen(std::string console_url, std::uint64_t orders);
  void draw(const DemoTally& tally, const std::string& fleet, Instant demo_now, Millis running);
  /// Leaves the last picture standing.
  void finish();

 private:
  [[nodiscard]] std::vector<std::string> picture(const DemoTally& tally, const std::string& fleet,
                                                 Instant demo_now, Millis running) const;

  std::string console_url_;
  std::uint64_t orders_;
  bool is_terminal_;
  std::size_t drawn_ = 0;
  Millis last_line_{-10'000};
};

/// The table at the end, for people.
[[nodiscard]] std::string summary_table(const FleetTally& fleet, const DemoTally::Summary& ota,
                                        double wall_s);
/// The document of `demo --json`, as the contract has it.
[[nodiscard]] std::string summary_json(const FleetTally& fleet, const DemoTally::Summary& ota, double wall_s);

}  // namespace contactor::app
