#include "fleet/plan.h"

#include <gtest/gtest.h>

#include "fleet/testing.h"

namespace contactor::fleet {
namespace {

using namespace testing;

PlanItem an_item(std::string_view vin, Action action, std::optional<Oem> oem = Oem::kia) {
  return {.vin = a_vin(vin),
          .action = action,
          .oem = oem,
          .why = Why::requested,
          .observed = Standing::inactive,
          .basis = 7};
}

Plan a_plan() {
  Plan plan;
  plan.id = "pln_7";
  plan.made_at = kNow;
  plan.oems = {Oem::tesla, Oem::kia};
  plan.as_wanted = 41;
  plan.items = {an_item("KNA00000000000001", Action::activate),
                an_item("KNA00000000000002", Action::deactivate),
                an_item("ZZZ00000000000003", Action::unmapped, std::nullopt)};
  return plan;
}

bool is_same(const Plan& a, const Plan& b) {
  return a.id == b.id && a.made_at == b.made_at && a.oems == b.oems && a.items == b.items &&
         a.as_wanted == b.as_wanted;
}

TEST(PlanFile, IsReadBackAsItWas) {
  const auto plan = from_file(to_file(a_plan()));
  ASSERT_TRUE(plan);
  EXPECT_TRUE(is_same(*plan, a_plan()));
  EXPECT_TRUE(from_file(to_file(Plan{.id = "empty", .made_at = {}, .oems = {}, .items = {}})));
}

TEST(PlanFile, CanBeReadByPeople) {
  EXPECT_NE(
      to_file(a_plan()).find("KNA00000000000001\tactivate\tkia\trequested\tinactive\t0000000000000007\n"),
      std::string::npos);
}

TEST(PlanFile, IsRefusedWhereverItWasCut) {
  const std::string whole = to_file(a_plan());
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(from_file(whole.substr(0, size))) << size;
}

TEST(PlanFile, IsRefusedWhereverItWasChanged) {
  const std::string whole = to_file(a_plan());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string changed = whole;
    changed[i] = changed[i] == '1' ? '2' : '1';
    EXPECT_FALSE(from_file(changed)) << i;
  }
  EXPECT_FALSE(from_file(whole + "\n"));
}

TEST(PlanFile, NamesTheLineThatIsWrong) {
  std::string text = to_file(a_plan());
  text.replace(text.find("deactivate"), 10, "demolish!!");
  const auto plan = from_file(text);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::invalid);
  EXPECT_NE(plan.error().detail.find("line 3"), std::string::npos);
}

TEST(PlanFile, OfManyVehiclesIsWrittenInPieces) {
  Plan plan = a_plan();
  plan.items.clear();
  for (int i = 0; i < 5000; ++i) plan.items.push_back(an_item(fmt::format("KNA{:014}", i), Action::activate));
  std::size_t pieces = 0;
  write_file(plan, [&](std::string_view piece) {
    ++pieces;
    EXPECT_LT(piece.size(), 70'000U);
  });
  EXPECT_GT(pieces, 4U);
  const auto read = from_file(to_file(plan));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->items.size(), 5000U);
}

TEST(Basis, ChangesWithWishRouteAndCloudAndNotWithTime) {
  Vehicle vehicle = a_vehicle(Standing::active);
  vehicle.wish.requested = true;
  const auto basis = [&](auto change) {
    Vehicle other = vehicle;
    change(other);
    return basis_of(other, kOn);
  };
  const auto now = basis([](Vehicle&) {});
  EXPECT_EQ(basis([](Vehicle& v) { v.observed_at = v.next_check_at = kNow + std::chrono::hours(9); }), now);
  EXPECT_EQ(basis([](Vehicle& v) {
              v.version += 5;
              v.failures = 3;
              v.cloud.detail = "other words";
            }),
            now);
  EXPECT_NE(basis([](Vehicle& v) { v.wish.requested = false; }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.wish.requested.reset(); }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.wish.end = day_of("2027-01-01"); }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.wish.start = day_of("2027-01-01"); }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.oem = Oem::tesla; }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.cloud.standing = Standing::pending; }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.cloud.handle = "other"; }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.cloud.valid_until = kNow; }), now);
  EXPECT_NE(basis([](Vehicle& v) { v.intents = 1; }), now);
  EXPECT_NE(basis_of(vehicle, kOff), now) << "the window has closed";
}

TEST(Limit, IsANumberOrAPercentage) {
  EXPECT_EQ(parse_limit("0")->count, 0U);
  EXPECT_FALSE(parse_limit("12")->is_percent);
  EXPECT_TRUE(parse_limit("5%")->is_percent);
  for (const char* text : {"", "%", "-1", "101%", "5 %", "1.5%", "five", "99999999999999999999"})
    EXPECT_FALSE(parse_limit(text)) << text;
}

TEST(Limit, IsExceededByMoreDeactivationsAndByNothingElse) {
  Plan plan = a_plan();
  plan.items.push_back(an_item("ZZZ00000000000004", Action::deactivate));
  EXPECT_FALSE(exceeds(plan, {.count = 2}, 100));
  const auto sentence = exceeds(plan, {.count = 1}, 100);
  ASSERT_TRUE(sentence);
  EXPECT_NE(sentence->find("2 of 100"), std::string::npos);
  EXPECT_FALSE(exceeds(plan, {.count = 2, .is_percent = true}, 100));
  EXPECT_TRUE(exceeds(plan, {.count = 2, .is_percent = true}, 99));
  EXPECT_TRUE(exceeds(plan, {.count = 100, .is_percent = true}, 1));
}

}  // namespace
}  // namespace contactor::fleet
