#include <gtest/gtest.h>

#include "taken.h"

// What the IoT API answers to a configure command, and what becomes of the activation and its money.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;

std::string error_body(std::string_view code) {
  return fmt::format(R"({{"error":{{"code":"{}","message":"words of the other side"}}}})", code);
}

/// A bare status, as ruled in T46.
Taken ruled(int status) {
  if (status == 429) return Taken::not_an_attempt;
  if (status == 408 || status == 409 || status >= 500) return Taken::unclear;
  return Taken::refused_for_good;
}

TEST(UpstreamStatus, EveryErrorStatusWithoutABodyEndsAsRuled) {
  for (int status = 400; status < 600; ++status) {
    if (status == 401) continue;  // The login's, which has a test of its own.
    SCOPED_TRACE(status);
    expect_taken_once(answers(status), ruled(status));
  }
}

struct Row {
  std::string_view name;
  Mishap mishap;
  Taken taken;
};

std::string accepted_without(std::string_view what) { return fmt::format(R"({{"status":"{}"}})", what); }

Mishap reset(Applied applied, bool arrives) { return breaks(ErrorKind::unavailable, applied, arrives); }

Mishap with_retry_after(std::string value) {
  return answers(429, error_body("rate_limited"), {{"Retry-After", std::move(value)}});
}

std::vector<Row> rows() {
  const auto html = "<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>";
  return {
      {"F40ForbiddenThatMeansQuota", answers(403, error_body("rate_limited")), Taken::not_an_attempt},
      {"F40UnprocessableAlreadyActive", answers(422, error_body("already_active")), Taken::refused_for_good},
      {"F40OkWithAnErrorObject", answers(200, error_body("internal")), Taken::refused_for_now},
      {"F40OkWithAFinalError", answers(200, error_body("vehicle_incompatible")), Taken::refused_for_good},
      {"F40OkWithAnUnknownError", answers(200, error_body("fancy_new_code")), Taken::unclear},
      {"F40AcceptedWithoutId", answers(202, accepted_without("accepted")), Taken::unclear},
      {"F40ServerErrorSaysInvalid", answers(500, error_body("invalid_configuration")),
       Taken::refused_for_good},
      {"F40ClientErrorSaysOffline", answers(400, error_body("vehicle_offline")), Taken::refused_for_now},
      {"F40ServerErrorWithItsCode", answers(503, error_body("network_congestion")), Taken::refused_for_now},
      {"F40Interim", answers(102), Taken::unclear},
      {"F40Status600", answers(600), Taken::unclear},
      {"F40Status999", answers(999), Taken::unclear},
      {"F41Refused", reset(Applied::no, false), Taken::refused_for_now},
      {"F41ResetBeforeArrival", reset(Applied::maybe, false), Taken::unclear},
      {"F41ResetAfterArrival", reset(Applied::maybe, true), Taken::unclear},
      {"F41HangWithoutArrival", breaks(ErrorKind::timed_out, Applied::maybe, false, 30s), Taken::unclear},
      {"F41HangAfterArrival", breaks(ErrorKind::timed_out, Applied::maybe, true, 30s), Taken::unclear},
      {"F41NoConnectionInTime", breaks(ErrorKind::timed_out, Applied::no, false, 30s),
       Taken::refused_for_now},
      {"F41OversizedOrBrokenAnswer", breaks(ErrorKind::protocol, Applied::maybe, false), Taken::unclear},
      {"F41OversizedOrBrokenAnswerAfterArrival", breaks(ErrorKind::protocol, Applied::maybe, true),
       Taken::unclear},
      {"F42AcceptedAndAnswerLost", breaks(ErrorKind::timed_out, Applied::maybe, true, 10s), Taken::unclear},
      {"F42AcceptedForAnotherCommand", answers(202, R"({"commandId":"cmd_other_1","status":"accepted"})"),
       Taken::unclear},
      {"F46CaptivePortal", answers(302, html, {{"Location", "http://portal.test/"}}), Taken::refused_for_now},
      {"F49RetryAfterZero", with_retry_after("0"), Taken::not_an_attempt},
      {"F49RetryAfterOne", with_retry_after("1"), Taken::not_an_attempt},
      {"F49RetryAfterPastDate", with_retry_after("Sun, 06 Nov 1994 08:49:37 GMT"), Taken::not_an_attempt},
      {"F49RetryAfterGarbage", with_retry_after("soon-ish"), Taken::not_an_attempt},
      {"F49NoRetryAfter", answers(429, error_body("rate_limited")), Taken::not_an_attempt},
      {"F50Moved301", answers(301, "", {{"Location", "http://127.0.0.1/"}}), Taken::refused_for_now},
      {"F50Found302", answers(302, "", {{"Location", "http://elsewhere.test/"}}), Taken::refused_for_now},
      {"F50SeeOther303", answers(303, "", {{"Location", "http://elsewhere.test/"}}), Taken::refused_for_now},
      {"F50Temporary307", answers(307, "", {{"Location", "http://world.test/iot"}}), Taken::refused_for_now},
      {"F50Permanent308", answers(308, "", {{"Location", "http://world.test/iot"}}), Taken::refused_for_now},
      {"F52NewStatusWord", answers(202, R"({"commandId":"$ID","status":"teleported"})"), Taken::unclear},
      {"F52RenamedField", answers(202, R"({"command_id":"$ID","status":"accepted"})"), Taken::unclear},
      {"F52StringForBoolean", answers(200, R"({"commandId":"$ID","status":"applied","confirmed":"true"})"),
       Taken::unclear},
  };
}

class UpstreamAnswer : public testing::TestWithParam<Row> {};

TEST_P(UpstreamAnswer, OnceEndsAsRuled) { expect_taken_once(GetParam().mishap, GetParam().taken); }

TEST_P(UpstreamAnswer, ForEverEndsWithMoneyBack) {
  // A car that obeys is found out by asking it; that it never does belongs to the rows that do not arrive.
  if (GetParam().mishap.arrives) return expect_taken_once(GetParam().mishap, GetParam().taken);
  expect_taken_for_ever(GetParam().mishap, GetParam().taken);
}

INSTANTIATE_TEST_SUITE_P(All, UpstreamAnswer, testing::ValuesIn(rows()),
                         [](const auto& test) { return std::string(test.param.name); });

/// Bodies that say "applied" about our own command, each broken in one way: whoever reads on too far takes
/// money for a feature that is off.
std::vector<Row> nearly_confirmations() {
  const auto with = [](std::string_view more) {
    return answers(200, fmt::format(R"({{"commandId":"$ID","status":"applied","confirmed":true{}}})", more));
  };
  const auto garbled = [&](std::string (*how)(std::string)) {
    auto mishap = with("");
    mishap.garble = how;
    return mishap;
  };
  const auto packed = [&](std::string name) {
    auto mishap = garbled([](std::string body) { return "\x1f\x8b\x08" + body; });
    mishap.answer->headers = {{"Content-Encoding", std::move(name)}};
    return mishap;
  };
  const auto html =
      R"(<html><script>let a = {"commandId":"$ID","status":"applied","confirmed":true}</script>)";
  const std::string deep(100'000, '[');
  return {
      {"F45Malformed", garbled([](std::string body) { return body.substr(0, body.size() - 1); }),
       Taken::unclear},
      {"F45TwoDocuments", garbled([](std::string body) { return body + body; }), Taken::unclear},
      {"F45Deep", with(",\"x\":" + deep), Taken::unclear},
      {"F45DuplicateKeys", with(R"(,"status":"accepted")"), Taken::unclear},
      {"F45DuplicateIds", with(R"(,"commandId":"cmd_other_1")"), Taken::unclear},
      {"F45HugeNumber", with(",\"x\":1e500"), Taken::unclear},
      {"F45NotANumber", with(",\"x\":NaN"), Taken::unclear},
      {"F45LoneSurrogate", with(R"(,"x":"\ud800")"), Taken::unclear},
      {"F45NotUtf8", with(",\"x\":\"\xff\xfe\""), Taken::unclear},
      {"F45ByteOrderMark", garbled([](std::string body) { return "\xEF\xBB\xBF" + body; }), Taken::unclear},
      {"F45Utf16", garbled([](std::string body) {
         std::string wide;
         for (const char c : body) wide += {c, '\0'};
         return wide;
       }),
       Taken::unclear},
      {"F45ZeroBytes", garbled([](std::string body) { return body + std::string(64, '\0'); }),
       Taken::unclear},
      {"F45WrongTypes", answers(200, R"({"commandId":["$ID"],"status":"applied","confirmed":true})"),
       Taken::unclear},
      {"F45ConfirmedIsANumber", answers(200, R"({"commandId":"$ID","status":"applied","confirmed":1})"),
       Taken::unclear},
      {"F45MissingStatus", answers(200, R"({"commandId":"$ID","confirmed":true})"), Taken::unclear},
      {"F45MissingConfirmed", answers(200, R"({"commandId":"$ID","status":"applied"})"), Taken::unclear},
      {"F45MissingFields", answers(202, "{}"), Taken::unclear},
      {"F45NotAnObject", answers(200, R"([{"commandId":"$ID","status":"applied","confirmed":true}])"),
       Taken::unclear},
      {"F46HtmlWithOk", answers(200, html, {{"Content-Type", "text/html"}}), Taken::unclear},
      {"F46EmptyOk", answers(200), Taken::unclear},
      {"F46PlainText", answers(200, "$ID applied confirmed", {{"Content-Type", "text/plain"}}),
       Taken::unclear},
      {"F46GzipNotAsked", packed("gzip"), Taken::unclear},
      {"F46BrotliNotAsked", packed("br"), Taken::unclear},
      {"F46GzipBomb", garbled([](std::string) { return "\x1f\x8b\x08" + std::string(1'000'000, '\0'); }),
       Taken::unclear},
  };
}

INSTANTIATE_TEST_SUITE_P(NearlyConfirmed, UpstreamAnswer, testing::ValuesIn(nearly_confirmations()),
                         [](const auto& test) { return std::string(test.param.name); });

/// What is not asked for but harmless: fields that are new, and a content type that is wrong or missing. The
/// id of our own command says whose answer it is.
class UpstreamAnswerUnderstood : public testing::TestWithParam<std::pair<std::string_view, Mishap>> {};

TEST_P(UpstreamAnswerUnderstood, IsAConfirmationWithOneCommand) {
  Mishap mishap = GetParam().second;
  mishap.arrives = true;
  Rig rig;
  rig.spoil_configure(mishap, 1);
  const ActivationId id = rig.order();
  rig.pass(1min);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.configures(), 1U);
}

constexpr auto confirmation = R"({"commandId":"$ID","status":"applied","confirmed":true})";
INSTANTIATE_TEST_SUITE_P(
    All, UpstreamAnswerUnderstood,
    testing::Values(
        std::pair("F45ExtraFields",
                  answers(200,
                          R"({"new":{"x":[1,null]},"commandId":"$ID","status":"applied","confirmed":true})")),
        std::pair("F46NoContentType", answers(200, confirmation)),
        std::pair("F46WrongContentType", answers(200, confirmation, {{"Content-Type", "text/html"}}))),
    [](const auto& test) { return std::string(test.param.first); });

TEST(UpstreamRedirect, IsNeverFollowedTakesNoCredentialsAlongAndEndsWithMoneyBack) {
  for (const auto* target : {"http://elsewhere.test/iot/", "http://127.0.0.1/", "http://world.test/iot/"}) {
    SCOPED_TRACE(target);
    Rig rig;
    rig.spoil_all("/iot/", answers(307, "", {{"Location", target}}));
    const ActivationId id = rig.order();
    rig.pass(26h);
    EXPECT_EQ(rig.requests("elsewhere.test") + rig.requests("127.0.0.1"), 0U);
    EXPECT_TRUE(rig.world.logs().arrivals.empty());
    expect_ending(rig, id, kNotDelivered);
    EXPECT_EQ(rig.money(world::MoneyEffectKind::voided), 1U) << "the hold is free";
    EXPECT_LE(rig.configures(), 6U);
  }
}

TEST(UpstreamRateLimit, ADayOfRetryAfterIsWaitedForWithoutFloodingAndEndsWithMoneyBack) {
  for (const std::string_view value : {"86400", "Fri, 31 Dec 2100 23:59:59 GMT"}) {
    SCOPED_TRACE(value);
    Rig rig;
    rig.spoil_configure(with_retry_after(std::string(value)), 1'000'000);
    const ActivationId id = rig.order();
    rig.pass(20h);
    EXPECT_EQ(rig.configures(), 1U);
    EXPECT_EQ(rig.at(id).attempts, 0U);
    rig.pass(6h);
    expect_ending(rig, id, kNotDelivered);
  }
}

TEST(UpstreamRateLimit, OfOneVehicleDoesNotHoldBackAnother) {
  Rig rig;
  const ota::Order other = engine::testing::another_order("o-2", "seat-heating", "WVWZZZ1JZXW000002");
  rig.wire.spoil = [](const auto& request) -> std::optional<Mishap> {
    if (request.url.find("WVWZZZ1JZXW000001/configure") == std::string::npos) return std::nullopt;
    return with_retry_after("3600");
  };
  const ActivationId limited = rig.order();
  const ActivationId free = rig.order(other);
  rig.pass(10min);
  EXPECT_EQ(rig.at(free).state, ota::State::Active);
  EXPECT_EQ(rig.at(limited).state, ota::State::WaitingBudget);
  EXPECT_EQ(rig.at(limited).money_state, ota::MoneyState::held);
}

TEST(UpstreamLostAnswer, ACommandAcceptedTwiceIsOneActivationAndOneCapture) {
  Rig rig;
  rig.wire.spoil = [&rig](const auto& request) -> std::optional<Mishap> {
    // The wire delivers every command twice, under the same id.
    if (request.url.ends_with("/configure")) static_cast<void>(rig.world.handle(request, rig.time.now()));
    return std::nullopt;
  };
  const ActivationId id = rig.order();
  rig.pass(30min);
  expect_ending(rig, id, kDelivered);
}

TEST(UpstreamLostAnswer, AStatusAboutAnotherVehicleConfirmsNothing) {
  Rig rig;
  rig.wire.spoil = [](const auto& request) -> std::optional<Mishap> {
    if (request.url.find("/status") == std::string::npos) return std::nullopt;
    return answers(
        200,
        fmt::format(
            R"({{"vin":"WVWZZZ1JZXW000099","online":true,"features":{{"seat-heating":)"
            R"({{"state":"active","generation":9}}}},"command":{{"commandId":"{}","status":"applied"}}}})",
            request.url.substr(request.url.find("commandId=") + 10)));
  };
  const ActivationId id = rig.order();
  rig.pass(4min);
  EXPECT_NE(rig.at(id).state, ota::State::Active);
  EXPECT_EQ(rig.money(world::MoneyEffectKind::captured), 0U);
}

}  // namespace
}  // namespace contactor::upstream
