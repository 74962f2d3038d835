#include <gtest/gtest.h>

#include "fleet/alerts.h"
#include "fleet/enrich.h"
#include "fleet/import.h"
#include "fleet/oem.h"
#include "fleet/outcome.h"
#include "fleet/plan.h"
#include "fleet/reasons.h"
#include "fleet/routes.h"
#include "fleet/steps.h"

namespace contactor::fleet {
namespace {

TEST(Oem, EveryNameIsReadBackInAnyCase) {
  for (const Oem oem : all_oems) EXPECT_EQ(parse_oem(to_string(oem)), oem);
  EXPECT_EQ(parse_oem("TESLA"), Oem::tesla);
  EXPECT_EQ(parse_oem("Volkswagen"), Oem::volkswagen);
}

TEST(Oem, HighMobilityHasThreeSpellings) {
  EXPECT_EQ(parse_oem("hm"), Oem::high_mobility);
  EXPECT_EQ(parse_oem("High-Mobility"), Oem::high_mobility);
  EXPECT_EQ(parse_oem("high_mobility"), Oem::high_mobility);
}

TEST(Oem, AnUnknownNameIsNone) {
  EXPECT_EQ(parse_oem(""), std::nullopt);
  EXPECT_EQ(parse_oem("toyota"), std::nullopt);
}

}  // namespace
}  // namespace contactor::fleet
