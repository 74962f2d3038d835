#include "gateways/stripe/gateway.h"

#include <gtest/gtest.h>

#include "gateways/testing/scripted_transport.h"

namespace contactor::gateways::stripe {
namespace {

using ports::MoneyPurpose;
using ports::PaymentFacts;
using std::chrono::seconds;
using testing::answer;

constexpr const char* kCaptured =
    R"({"id":"pi_1","object":"payment_intent","status":"succeeded","amount":1290,
        "amount_capturable":0,"amount_received":1290})";
constexpr const char* kCanceled =
    R"({"id":"pi_1","status":"canceled","amount":1290,"amount_capturable":0,"amount_received":0})";
constexpr const char* kHeld =
    R"({"id":"pi_1","status":"requires_capture","amount":1290,"amount_capturable":1290,"amount_received":0})";
constexpr const char* kRefunded =
    R"({"id":"re_1","payment_intent":"pi_1","status":"succeeded","amount":1290})";

struct World {
  explicit World(std::vector<testing::Step> script) : own(std::move(script)), transport(own) {}
  explicit World(testing::ScriptedTransport& other) : transport(other) {}

  testing::ScriptedTransport own;
  testing::ScriptedTransport& transport;
  testing::ManualTimekeeper time;
  Gateway gateway{{.transport = transport,
                   .timekeeper = time,
                   .account = {.api_url = "https://api.stripe.example", .secret_key = Secret("sk_test_1")}}};

  Status move(MoneyPurpose purpose, std::int64_t amount = 1290, std::string key = "ctr-act_1-capture-1") {
    std::vector<Status> answers;
    gateway.move({.purpose = purpose,
                  .transaction_id = "pi_1",
                  .idempotency_key = std::move(key),
                  .reference = "act_1",
                  .amount = {.minor_units = amount, .currency = *Currency::parse("EUR")}},
                 time.now() + seconds(20), [&](Status got) { answers.push_back(std::move(got)); });
    transport.run();
    EXPECT_EQ(answers.size(), 1U);
    return answers.at(0);
  }
  Result<PaymentFacts> look_up() {
    std::vector<Result<PaymentFacts>> answers;
    gateway.look_up("pi_1", time.now() + seconds(20), [&](auto got) { answers.push_back(std::move(got)); });
    transport.run();
    EXPECT_EQ(answers.size(), 1U);
    return answers.at(0);
  }
};

Status capture_answered(int status, std::string body, std::vector<ports::HttpHeader> headers = {}) {
  return World({{"POST", "/capture", answer(status, std::move(body), std::move(headers))}})
      .move(MoneyPurpose::capture);
}

std::string an_error(std::string_view type, std::string_view code) {
  return fmt::format(R"({{"error":{{"type":"{}","code":"{}","message":"words"}}}})", type, code);
}

std::string header(const ports::HttpRequest& request, std::string_view name) {
  for (const auto& found : request.headers)
    if (found.name == name) return found.value;
  return {};
}

TEST(StripeGateway, CapturesUnderTheGivenKey) {
  World world(
      {{"POST", "https://api.stripe.example/v1/payment_intents/pi_1/capture", answer(200, kCaptured)}});
  EXPECT_TRUE(world.move(MoneyPurpose::capture));
  const auto& request = world.transport.last();
  EXPECT_EQ(request.body, "amount_to_capture=1290&metadata%5Breference%5D=act_1");
  EXPECT_EQ(header(request, "Authorization"), "Bearer sk_test_1");
  EXPECT_EQ(header(request, "Idempotency-Key"), "ctr-act_1-capture-1");
  EXPECT_EQ(header(request, "Stripe-Version"), "2024-06-20");
  EXPECT_EQ(header(request, "Content-Type"), "application/x-www-form-urlencoded");
}

TEST(StripeGateway, ReleasesAndRefunds) {
  EXPECT_TRUE(World({{"POST", "/v1/payment_intents/pi_1/cancel", answer(200, kCanceled)}})
                  .move(MoneyPurpose::release, 0));
  World world({{"POST", "/v1/refunds", answer(200, kRefunded)}});
  EXPECT_TRUE(world.move(MoneyPurpose::refund));
  EXPECT_EQ(world.transport.last().body, "payment_intent=pi_1&amount=1290&metadata%5Breference%5D=act_1");
}

TEST(StripeGateway, APendingRefundIsMadeButNotDone) {
  const auto pending =
      World(
          {{"POST", "/v1/refunds",
            answer(200, R"({"id":"re_1","payment_intent":{"id":"pi_1"},"status":"pending","amount":1290})")}})
          .move(MoneyPurpose::refund);
  EXPECT_EQ(pending.error().kind, ErrorKind::unavailable);
  EXPECT_EQ(pending.error().applied, Applied::yes);
  const auto failed =
      World({{"POST", "/v1/refunds",
              answer(200, R"({"id":"re_1","payment_intent":"pi_1","status":"failed","amount":1290})")}})
          .move(MoneyPurpose::refund);
  EXPECT_EQ(failed.error().kind, ErrorKind::conflict);
}

TEST(StripeGateway, BelievesNoSuccessThatIsNotOurs) {
  for (const char* body :
       {kHeld, kCanceled, R"({"id":"pi_2","status":"succeeded","amount_received":1290})",
        R"({"id":"pi_1","status":"succeeded","amount_received":129})",
        R"({"id":"pi_1","status":"succeeded"})", "{}", R"({"error":{"type":"api_error"}})"}) {
    const auto status = capture_answered(200, body);
    ASSERT_FALSE(status) << body;
    EXPECT_EQ(status.error().kind, ErrorKind::protocol) << body;
    EXPECT_EQ(status.error().applied, Applied::maybe) << body;
  }
}

struct ErrorRow {
  int status;
  const char* type;
  const char* code;
  ErrorKind kind;
  Applied applied;
};

TEST(StripeGateway, EveryErrorHasItsMeaning) {
  const std::vector<ErrorRow> rows{
      {400, "invalid_request_error", "payment_intent_unexpected_state", ErrorKind::conflict, Applied::no},
      {400, "invalid_request_error", "charge_already_refunded", ErrorKind::conflict, Applied::no},
      {400, "invalid_request_error", "charge_expired_for_capture", ErrorKind::conflict, Applied::no},
      {400, "invalid_request_error", "parameter_invalid_integer", ErrorKind::invalid, Applied::no},
      {400, "invalid_request_error", "balance_insufficient", ErrorKind::unavailable, Applied::no},
      {400, "idempotency_error", "", ErrorKind::conflict, Applied::maybe},
      {402, "card_error", "card_declined", ErrorKind::conflict, Applied::no},
      {404, "invalid_request_error", "resource_missing", ErrorKind::invalid, Applied::no},
      {409, "idempotency_error", "idempotency_key_in_use", ErrorKind::conflict, Applied::maybe},
      {401, "invalid_request_error", "", ErrorKind::unauthorized, Applied::no},
      {403, "invalid_request_error", "", ErrorKind::unauthorized, Applied::no},
      {429, "invalid_request_error", "rate_limit", ErrorKind::rate_limited, Applied::no},
      {500, "api_error", "", ErrorKind::unavailable, Applied::maybe},
      {503, "api_error", "", ErrorKind::unavailable, Applied::maybe}};
  for (const ErrorRow& row : rows) {
    const auto status = capture_answered(row.status, an_error(row.type, row.code));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().kind, row.kind) << row.status << row.code;
    EXPECT_EQ(status.error().applied, row.applied) << row.status << row.code;
  }
}

TEST(StripeGateway, NoStatusButASoundTwoHundredIsSuccess) {
  for (int status = 100; status <= 599; ++status)
    EXPECT_EQ(capture_answered(status, kCaptured).has_value(), status == 200) << status;
}

TEST(StripeGateway, PassesRetryAfterOn) {
  EXPECT_EQ(capture_answered(429, "", {{"retry-after", "3"}}).error().retry_after, seconds(3));
}

TEST(StripeGateway, SendsNothingThatCannotBeRight) {
  World world({});
  EXPECT_EQ(world.move(MoneyPurpose::capture, 0).error().kind, ErrorKind::invalid);
  EXPECT_EQ(world.move(MoneyPurpose::refund, -1).error().kind, ErrorKind::invalid);
  EXPECT_EQ(world.move(MoneyPurpose::capture, 5, "").error().kind, ErrorKind::invalid);
  EXPECT_TRUE(world.transport.sent().empty());
}

TEST(StripeGateway, ABrokenMovementIsMaybeUnlessNothingLeft) {
  testing::fails_at_each_step(
      {{"POST", "/capture", answer(200, kCaptured)}}, [](auto& transport, const auto& broken) {
        const auto status = World(transport).move(MoneyPurpose::capture);
        ASSERT_FALSE(status);
        EXPECT_EQ(status.error().applied, broken.may_be_applied ? Applied::maybe : Applied::no);
      });
}

const std::vector<testing::Step> kLookUp{
    {"GET", "/v1/payment_intents/pi_1", answer(200, kCaptured)},
    {"GET", "/v1/refunds?limit=100&payment_intent=pi_1",
     answer(
         200,
         R"({"has_more":true,"data":[{"id":"re_1","payment_intent":"pi_1","status":"succeeded","amount":200},
            {"id":"re_2","payment_intent":"pi_1","status":"failed","amount":300}]})")},
    {"GET", "starting_after=re_2",
     answer(200,
            R"({"has_more":false,"data":[{"id":"re_3","payment_intent":"pi_1","status":"pending","amount":50},
            {"id":"re_4","payment_intent":"pi_1","status":"succeeded","amount":7}]})")}};

TEST(StripeGateway, LooksUpThePaymentAndAllItsRefunds) {
  const auto facts = World(kLookUp).look_up();
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->phase, PaymentFacts::Phase::captured);
  EXPECT_EQ(facts->authorized, 1290);
  EXPECT_EQ(facts->captured, 1290);
  EXPECT_EQ(facts->refunded, 207);
  EXPECT_EQ(facts->refund_pending, 50);
}

TEST(StripeGateway, ABrokenLookUpAppliedNothing) {
  testing::fails_at_each_step(kLookUp, [](auto& transport, const auto&) {
    const auto facts = World(transport).look_up();
    ASSERT_FALSE(facts);
    EXPECT_EQ(facts.error().applied, Applied::no);
  });
}

TEST(StripeGateway, AnEndlessListOfRefundsEnds) {
  std::vector<testing::Step> script{kLookUp[0]};
  for (int page = 0; page < 10; ++page) script.push_back({"GET", "/v1/refunds", kLookUp[1].answer});
  EXPECT_EQ(World(script).look_up().error().kind, ErrorKind::protocol);
}

TEST(StripeGateway, TellsTheHoldsPhase) {
  const auto phase = [](const std::string& body) {
    return World({{"GET", "/v1/payment_intents/pi_1", answer(200, body)},
                  {"GET", "/v1/refunds", answer(200, R"({"has_more":false,"data":[]})")}})
        .look_up()
        ->phase;
  };
  EXPECT_EQ(phase(kHeld), PaymentFacts::Phase::held);
  EXPECT_EQ(phase(kCanceled), PaymentFacts::Phase::voided);
  EXPECT_EQ(
      phase(
          R"({"id":"pi_1","status":"requires_action","amount":1,"amount_capturable":0,"amount_received":0})"),
      PaymentFacts::Phase::incomplete);
  EXPECT_EQ(World({{"GET", "/v1/payment_intents/pi_1",
                    answer(404, an_error("invalid_request_error", "resource_missing"))}})
                .look_up()
                .error()
                .kind,
            ErrorKind::not_found);
}

}  // namespace
}  // namespace contactor::gateways::stripe
