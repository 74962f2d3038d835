#include "api/fields.h"

#include <gtest/gtest.h>

#include "api/problem.h"
#include "api/service_document.h"
#include "json/json.h"

namespace contactor::api {
namespace {

TEST(TextRules, AnAddressMustBeOneWithoutRoomForInjection) {
  for (const auto* good : {"a@b.de", "first.last+tag@mail.example.com"})
    EXPECT_FALSE(why_not(good, kEmailRule)) << good;
  for (const auto* bad :
       {"", "a", "a@", "@b.de", "a@b", "a@b.", "a@.de", "a b@c.de", "a@b@c.de", "a@b.de,c@d.de", "a..b@c.de",
        "a@b.de\nBcc: x@y.z", "<a@b.de>", "a.@b.de", "-a@b.de", "ü@example.org"})
    EXPECT_TRUE(why_not(bad, kEmailRule)) << bad;
}

TEST(TextRules, LengthsCountCharactersNotBytes) {
  std::string umlauts;
  for (int i = 0; i < 200; ++i) umlauts += "ä";
  EXPECT_FALSE(why_not(umlauts, kNameRule));
  EXPECT_TRUE(why_not(umlauts + "ä", kNameRule));
  EXPECT_TRUE(why_not("   ", kNameRule));
}

TEST(Fields, PointersEscapeAndLongNamesAreCutAtACharacter) {
  std::string name(99, 'x');
  name += "ä and much more";
  const json::object object{{"a/b~c", 1}, {name, 2}};
  Faults faults;
  Fields fields(object, "/at", faults);
  fields.refuse_unknown();
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].pointer, "/at/a~1b~0c");
  EXPECT_EQ(faults[1].pointer, "/at/" + std::string(99, 'x'));
}

TEST(ServiceDocument, AFloodOfFaultsIsNotAnsweredInFull) {
  json::object configuration;
  for (int i = 0; i < 1000; ++i) configuration["base.a/" + std::to_string(i)] = true;
  const auto refused = read_service("a", {{"name", "A"}, {"template", configuration}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().size(), 100U);
  EXPECT_EQ(refused.error()[0].pointer, "/template/base.a~10");
}

TEST(Problems, EveryKindOfErrorHasAStatusAndTellsNothingOfOurInside) {
  const auto status_of = [](ErrorKind kind) {
    return to_problem(Error{.kind = kind, .origin = "store", .detail = "/secret/path"});
  };
  EXPECT_EQ(status_of(ErrorKind::invalid).status, 422);
  EXPECT_EQ(status_of(ErrorKind::not_found).status, 404);
  EXPECT_EQ(status_of(ErrorKind::conflict).status, 409);
  EXPECT_EQ(status_of(ErrorKind::unauthorized).status, 401);
  EXPECT_EQ(status_of(ErrorKind::rate_limited).status, 429);
  for (const auto kind : {ErrorKind::unavailable, ErrorKind::timed_out, ErrorKind::exhausted,
                          ErrorKind::canceled, ErrorKind::protocol}) {
    EXPECT_EQ(status_of(kind).status, 503);
    EXPECT_TRUE(status_of(kind).retry_after);
    EXPECT_EQ(status_of(kind).detail.find("secret"), std::string::npos);
  }
  EXPECT_EQ(status_of(ErrorKind::internal).status, 500);
  EXPECT_EQ(status_of(ErrorKind::internal).detail.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace contactor::api
