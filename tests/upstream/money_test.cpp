#include <gtest/gtest.h>

#include "rig.h"

// The payment provider misbehaves: at most one capture, never one without a confirmation, and what is owed
// goes back.

namespace contactor::upstream {
namespace {

using namespace std::chrono_literals;
using world::MoneyEffectKind;

struct Trouble {
  std::string_view name;
  world::FaultKind fault;
};

class UpstreamPayment : public testing::TestWithParam<Trouble> {};

TEST_P(UpstreamPayment, CapturesOnceWhenItIsOver) {
  Rig rig;
  rig.world.set_fault(GetParam().fault, 1);
  const ActivationId id = rig.order();
  rig.pass(5min);
  EXPECT_EQ(rig.at(id).state, ota::State::Active)
      << "the customer has what was bought whatever the bank does";
  EXPECT_LE(rig.money(MoneyEffectKind::captured), 1U);
  rig.world.set_fault(GetParam().fault, 0);
  rig.pass(49h);
  expect_ending(rig, id, kDelivered);
}

TEST_P(UpstreamPayment, ReleasesOnceWhenItIsOver) {
  Rig rig;
  rig.world.set_fault(GetParam().fault, 1);
  rig.spoil_configure(answers(422, R"({"error":{"code":"vehicle_incompatible","message":""}})"), 1);
  const ActivationId id = rig.order();
  rig.pass(5min);
  EXPECT_EQ(rig.money(MoneyEffectKind::captured), 0U);
  rig.world.set_fault(GetParam().fault, 0);
  rig.pass(49h);
  expect_ending(rig, id, kNotDelivered);
  EXPECT_EQ(rig.money(MoneyEffectKind::voided), 1U);
}

INSTANTIATE_TEST_SUITE_P(All, UpstreamPayment,
                         testing::Values(Trouble{"F60TimeoutWithEffect", world::FaultKind::stripe_lost_after},
                                         Trouble{"F60TimeoutWithoutEffect",
                                                 world::FaultKind::stripe_lost_before},
                                         Trouble{"F60Hang", world::FaultKind::stripe_hang},
                                         Trouble{"F60Conflict", world::FaultKind::stripe_conflict},
                                         Trouble{"F60Stored500", world::FaultKind::stripe_stored_500},
                                         Trouble{"F60TooMany", world::FaultKind::stripe_rate_limited},
                                         Trouble{"F60Html", world::FaultKind::stripe_html_error}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(UpstreamPaymentKey, PrunedWhileTheAnswerWasLostIsLookedUpAndNotRepeated) {
  Rig rig;
  rig.wire.spoil = [&rig](const auto& request) -> std::optional<Mishap> {
    if (request.url.find("/stripe/") == std::string::npos) return std::nullopt;
    const bool first = request.url.ends_with("/capture") && rig.money(MoneyEffectKind::captured) == 0;
    return breaks(ErrorKind::timed_out, Applied::maybe, first);
  };
  const ActivationId id = rig.order();
  rig.pass(26h);  // the provider has forgotten the key by now
  const std::size_t captures = rig.requests("/capture");
  rig.calm_down();
  rig.pass(26h);
  expect_ending(rig, id, kDelivered);
  EXPECT_EQ(rig.requests("/capture"), captures) << "looked up first";
}

TEST(UpstreamPaymentHold, ExpiredBeforeTheCaptureIsWrittenOffAndNotTakenAgain) {
  Rig rig;
  rig.spoil_all("/capture", breaks(ErrorKind::unavailable, Applied::no));
  const ActivationId id = rig.order();
  rig.pass(8 * 24h);
  EXPECT_EQ(rig.money(MoneyEffectKind::hold_expired), 1U);
  rig.calm_down();
  rig.pass(49h);
  expect_ending(rig, id, {ota::State::Active, ota::MoneyState::written_off, 0});
}

TEST(UpstreamPaymentHold, VoidedByAHumanBeforeTheCaptureIsWrittenOff) {
  Rig rig;
  rig.spoil_configure(breaks(ErrorKind::timed_out, Applied::maybe, false, 10s), 1);
  const ActivationId id = rig.order();
  rig.pass(1min);
  const auto reply = rig.world.handle(
      {.method = "POST",
       .url = "http://world.test/stripe/v1/payment_intents/pi_1/cancel",
       .headers = {{"Authorization", "Bearer sk_test_contactor"}, {"Idempotency-Key", "by-hand"}},
       .body = ""},
      rig.time.now());
  ASSERT_EQ(reply.response.status, 200);
  rig.pass(2h);
  expect_ending(rig, id, {ota::State::Active, ota::MoneyState::written_off, 0});
  EXPECT_EQ(rig.money(MoneyEffectKind::voided), 1U) << "the human's, and none of ours";
  EXPECT_TRUE(rig.feature_on());
}

TEST(UpstreamPaymentHold, SmallerThanThePriceIsNeverCapturedAboveWhatIsHeld) {
  Rig rig;
  rig.world.open_payment({.id = "pi_1", .amount = 500}, rig.time.now());
  const ActivationId id = rig.order();
  rig.pass(8 * 24h);  // tried as long as the hold stands: a human may still raise it
  expect_ending(rig, id, {ota::State::Active, ota::MoneyState::written_off, 0});
  EXPECT_EQ(rig.money(MoneyEffectKind::captured), 0U) << "a part of the price was not agreed on";
  EXPECT_TRUE(rig.feature_on());
}

}  // namespace
}  // namespace contactor::upstream
