#include "ota/classify.h"

#include <gtest/gtest.h>

#include <array>

namespace contactor::ota {
namespace {

using Kind = CommandAnswer::Kind;
using Category = FailureCategory;

constexpr std::array<std::string_view, 9> kAllCodes{"",
                                                    "invalid_configuration",
                                                    "vehicle_incompatible",
                                                    "unauthorized",
                                                    "vehicle_offline",
                                                    "network_congestion",
                                                    "internal",
                                                    "rate_limited",
                                                    "surprise"};

AnswerFacts an_error(int status, std::string_view code) {
  return {.http_status = status,
          .body_understood = !code.empty(),
          .status = {},
          .confirmed = false,
          .error_code = std::string(code),
          .error_message = code.empty() ? "" : "their words",
          .retry_after = std::chrono::seconds(7)};
}

AnswerFacts a_status(int http_status, CommandStatus status, bool confirmed = false) {
  return {.http_status = http_status, .body_understood = true, .status = status, .confirmed = confirmed};
}

struct Ruled {
  Kind kind = Kind::unknown;
  std::optional<Category> category;
};

/// The rulings once more, as a table in the order of RULINGS T46 rather than in the order of the code.
Ruled ruled(int status, std::string_view code) {
  if (status < 200) return {Kind::unknown, Category::ApiIotError};
  if (status == 429 || code == "rate_limited") return {Kind::rate_limited, {}};
  const auto documented = category_of_code(code);
  if (status == 401) return {Kind::refused, Category::AuthorizationFailure};
  if (status == 409) return {Kind::unknown, documented.value_or(Category::ApiIotError)};
  if (documented) return {Kind::refused, documented};
  const bool bare = code.empty();
  if (status < 300) return {Kind::unknown, Category::ApiIotError};
  if (status < 400) return {Kind::refused, Category::ApiIotError};
  if (status == 403 || status == 407) return {Kind::refused, Category::AuthorizationFailure};
  if (status == 404) return {Kind::refused, Category::VehicleIncompatible};
  if (status == 408) return {bare ? Kind::unknown : Kind::refused, Category::TransientNetwork};
  if (status < 500) return {Kind::refused, Category::InvalidConfiguration};
  return {bare ? Kind::unknown : Kind::refused, Category::ApiIotError};
}

TEST(Classify, EveryStatusWithEveryErrorCodeEndsAsRuled) {
  for (int status = 100; status <= 599; ++status)
    for (const std::string_view code : kAllCodes) {
      const auto answer = classify(an_error(status, code));
      const auto expected = ruled(status, code);
      EXPECT_EQ(answer.kind, expected.kind) << status << ' ' << code;
      if (expected.category) {
        EXPECT_EQ(answer.failure.category, *expected.category) << status << ' ' << code;
      }
      const bool may_wait = answer.kind == Kind::refused || answer.kind == Kind::rate_limited;
      EXPECT_EQ(answer.retry_after.has_value(), may_wait) << status << ' ' << code;
    }
}

TEST(Classify, NoErrorAnswerEverCountsAsAccepted) {
  for (int status = 300; status <= 599; ++status)
    for (const CommandStatus claimed :
         {CommandStatus::accepted, CommandStatus::delivered, CommandStatus::applied}) {
      const auto kind = classify(a_status(status, claimed, true)).kind;
      EXPECT_NE(kind, Kind::accepted) << status;
      EXPECT_NE(kind, Kind::confirmed) << status;
    }
}

TEST(Classify, EverySuccessStatusIsReadByItsBody) {
  for (int status = 200; status <= 299; ++status) {
    EXPECT_EQ(classify(a_status(status, CommandStatus::accepted)).kind, Kind::accepted);
    EXPECT_EQ(classify(a_status(status, CommandStatus::delivered)).kind, Kind::accepted);
    EXPECT_EQ(classify(a_status(status, CommandStatus::applied)).kind, Kind::accepted);
    EXPECT_EQ(classify(a_status(status, CommandStatus::applied, true)).kind, Kind::confirmed);
    EXPECT_EQ(classify(a_status(status, CommandStatus::accepted, true)).kind, Kind::accepted);
    EXPECT_EQ(classify(a_status(status, CommandStatus::rejected)).kind, Kind::refused);
    EXPECT_EQ(classify(a_status(status, CommandStatus::timed_out)).kind, Kind::unknown);
    EXPECT_EQ(classify(a_status(status, CommandStatus::unknown)).kind, Kind::unknown);
    EXPECT_EQ(classify({.http_status = status}).kind, Kind::unknown);
    EXPECT_EQ(classify({.http_status = status, .body_understood = true}).kind, Kind::unknown);
  }
}

TEST(Classify, ABodyThatIsNotOursProvesNothing) {
  auto facts = a_status(200, CommandStatus::applied, true);
  facts.body_understood = false;
  EXPECT_EQ(classify(facts).kind, Kind::unknown);
}

TEST(Classify, ASuccessWithAnErrorObjectIsAFailure) {
  auto facts = a_status(200, CommandStatus::applied, true);
  facts.error_code = "vehicle_incompatible";
  EXPECT_EQ(classify(facts).kind, Kind::refused);
  EXPECT_EQ(classify(facts).failure.category, Category::VehicleIncompatible);
  facts.error_code = "surprise";
  EXPECT_EQ(classify(facts).kind, Kind::unknown);
}

TEST(Classify, AForbiddenThatSaysRateLimitedIsARateLimit) {
  const auto answer = classify(an_error(403, "rate_limited"));
  EXPECT_EQ(answer.kind, Kind::rate_limited);
  EXPECT_EQ(answer.retry_after, std::chrono::seconds(7));
}

TEST(Classify, KeepsTheWordsOfTheOtherSide) {
  const auto failure = classify(an_error(400, "invalid_configuration")).failure;
  EXPECT_EQ(failure.http_status, 400);
  EXPECT_EQ(failure.code, "invalid_configuration");
  EXPECT_EQ(failure.message, "their words");
}

TEST(Classify, StatusesThatHttpDoesNotKnowAreUnknown) {
  for (const int status : {-1, 0, 99, 600, 999})
    EXPECT_EQ(classify(an_error(status, "internal")).kind, Kind::unknown);
}

TEST(ClassifyTransport, OnlyWhatWasSurelyNotSentIsDefinite) {
  for (const ErrorKind kind :
       {ErrorKind::unavailable, ErrorKind::timed_out, ErrorKind::protocol, ErrorKind::canceled}) {
    for (const Applied applied : {Applied::no, Applied::maybe, Applied::yes}) {
      const auto answer = classify_transport(
          {.kind = kind, .applied = applied, .retry_after = {}, .origin = "http", .detail = "d"});
      EXPECT_EQ(answer.kind, applied == Applied::no ? Kind::refused : Kind::unknown);
      EXPECT_EQ(answer.failure.category, Category::TransientNetwork);
      EXPECT_EQ(answer.failure.http_status, 0);
      EXPECT_EQ(answer.failure.message, "d");
    }
  }
}

TEST(ClassifyTransport, TheLoginsAnswersKeepTheirMeaning) {
  const auto of = [](ErrorKind kind) {
    return classify_transport(
        {.kind = kind, .applied = Applied::no, .retry_after = Millis(9), .origin = "oauth"});
  };
  EXPECT_EQ(of(ErrorKind::unauthorized).kind, Kind::refused);
  EXPECT_EQ(of(ErrorKind::unauthorized).failure.category, Category::AuthorizationFailure);
  EXPECT_EQ(of(ErrorKind::rate_limited).kind, Kind::rate_limited);
  EXPECT_EQ(of(ErrorKind::exhausted).kind, Kind::rate_limited);
  EXPECT_EQ(of(ErrorKind::rate_limited).retry_after, Millis(9));
}

TEST(ClassifyTransport, ALostAnswerIsNeverARateLimit) {
  for (const ErrorKind kind : {ErrorKind::rate_limited, ErrorKind::unauthorized, ErrorKind::exhausted})
    EXPECT_EQ(classify_transport({.kind = kind, .applied = Applied::maybe, .retry_after = {}}).kind,
              Kind::unknown);
}

}  // namespace
}  // namespace contactor::ota
