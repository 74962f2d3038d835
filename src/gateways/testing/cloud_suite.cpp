#include "gateways/testing/cloud_suite.h"

#include "fleet/reasons.h"

namespace contactor::gateways::testing {
namespace {

using Answer = Result<fleet::CloudState>;
using fleet::Standing;

world::WorldParams params_of(const CloudKind& kind, const world::FaultPlan& faults) {
  world::WorldParams params = world::calm();
  params.faults = faults;
  if (kind.prepare) kind.prepare(params);
  return params;
}

}  // namespace

std::string shown(const Answer& answer) {
  if (!answer) return "error " + answer.error().message();
  return fmt::format("{} {} {}", fleet::to_string(answer->standing), answer->reason, answer->detail);
}

CloudSuite::Bench::Bench(const CloudKind& kind, std::uint64_t seed, const world::FaultPlan& faults)
    : kind_(kind), world_(params_of(kind, faults), seed), transport_(world_, time_) {
  restart();
}

void CloudSuite::Bench::restart() {
  static const world::FleetParams ids = world::calm().fleet;
  cloud_ = kind_.make_cloud({.transport = transport_,
                             .timekeeper = time_,
                             .base_url = "https://sim.test/" + kind_.prefix,
                             .auth_url = fmt::format("https://sim.test/{}-auth", kind_.prefix),
                             .ids = ids,
                             .world = world_});
}

world::Cloud& CloudSuite::Bench::model() {
  world::Cloud* model = world_.fleet().find(kind_.prefix);
  CTR_ASSERT(model != nullptr);
  return *model;
}

bool CloudSuite::Bench::is_active(const ports::CloudSubject& subject) {
  return model().is_active(subject.vin, time_.now());
}

ports::CloudSubject CloudSuite::Bench::subject(int number) const {
  const auto digits = static_cast<int>(17 - kind_.vin_start.size());
  auto vin = Vin::parse(fmt::format("{}{:0{}}", kind_.vin_start, number, digits));
  CTR_ASSERT(vin.has_value());
  return {.vin = *vin,
          .make = kind_.make,
          .fleet = kind_.fleet,
          .handle = {},
          .key = fmt::format("intent-{}", number)};
}

ports::CloudAnswers CloudSuite::Bench::ask(Call call, const std::vector<ports::CloudSubject>& subjects) {
  // Shared: a second answer may come when this frame is gone.
  auto answers = std::make_shared<std::vector<ports::CloudAnswers>>();
  const auto keep = [answers](ports::CloudAnswers answer) {
    answers->push_back(std::move(answer));
    EXPECT_EQ(answers->size(), 1U) << "one call was answered twice";
  };
  if (call == Call::observe) cloud_->observe(subjects, keep);
  if (call == Call::activate) cloud_->activate(subjects, keep);
  if (call == Call::deactivate) cloud_->deactivate(subjects, keep);
  const bool ended = transport_.run_until([&] { return !answers->empty(); }, kCallMax);
  EXPECT_TRUE(ended) << "a call was never answered";
  if (ended && answers->front().size() == subjects.size()) return answers->front();
  if (ended) ADD_FAILURE() << answers->front().size() << " answers for " << subjects.size();
  return ports::CloudAnswers(subjects.size(), fail(ErrorKind::internal, "suite", "no answer"));
}

Answer CloudSuite::Bench::ask(Call call, const ports::CloudSubject& subject) {
  return ask(call, std::vector{subject}).front();
}

Status CloudSuite::Bench::check() {
  auto answer = std::make_shared<std::optional<Status>>();
  cloud_->check([answer](Status status) { *answer = std::move(status); });
  if (!transport_.run_until([&] { return answer->has_value(); }, kCallMax))
    return fail(ErrorKind::internal, "suite", "check never answered");
  return **answer;
}

/// Refused, and not because only half of it was done: that is completed, or taken back.
bool CloudSuite::Bench::is_final(const Answer& answer) const {
  return is(answer, Standing::refused) && !fleet::find_reason(cloud_->oem(), answer->reason).leftover;
}

/// As a run decides: what nobody wants is taken back, however far it has come.
bool CloudSuite::Bench::wants_change(const Answer& answer, bool active) {
  if (is(answer, Standing::refused)) return true;
  if (active) return is(answer, Standing::inactive);
  return is(answer, Standing::active) || is(answer, Standing::pending);
}

Answer CloudSuite::Bench::strive(const ports::CloudSubject& subject, bool active) {
  const Standing goal = active ? Standing::active : Standing::inactive;
  ports::CloudSubject known = subject;
  Answer last = ask(Call::observe, known);
  for (Millis waited{0}; waited <= kind_.patience; waited += kind_.look_every) {
    if (last && !last->handle.empty()) known.handle = last->handle;
    if (is(last, goal) || is_final(last)) return last;
    if (wants_change(last, active)) last = ask(active ? Call::activate : Call::deactivate, known);
    if (is_final(last)) return last;
    if (last && !last->handle.empty()) known.handle = last->handle;
    pass(kind_.look_every);
    last = ask(Call::observe, known);
  }
  return last;
}

bool CloudSuite::is_reason(const std::string& key) const {
  return std::ranges::find(kind().reasons, key) != kind().reasons.end();
}

void CloudSuite::expect_no_lie(Bench& bench, const ports::CloudSubject& subject, const Answer& answer,
                               bool was_active, std::size_t changes_before) {
  const bool is_active = bench.is_active(subject);
  if (is(answer, Standing::active)) {
    EXPECT_TRUE(is_active || was_active) << "it is not active";
  } else if (is(answer, Standing::inactive)) {
    EXPECT_FALSE(is_active && was_active) << "it is active";
  }
  if (!answer) {
    EXPECT_TRUE(answer.error().applied != Applied::no || bench.changes() == changes_before)
        << "it did something: " << shown(answer);
    return;
  }
  EXPECT_TRUE(answer->reason.empty() || is_reason(answer->reason)) << answer->reason;
  EXPECT_LE(answer->detail.size(), 555U);
}

// Linked into the test programs of gateways only; a program that names the suite must also use it.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(CloudSuite);

}  // namespace contactor::gateways::testing
