#include "gateways/high_mobility/gateway.h"

#include <limits>

#include "gateways/high_mobility/auth.h"
#include "gateways/high_mobility/wire.h"
#include "gateways/oauth/authorized_send.h"
#include "ports/answer_each.h"

namespace contactor::gateways::high_mobility {

using fleet::CloudState;
using fleet::Standing;
using ports::CloudAnswer;
using ports::CloudAnswers;
using ports::CloudSubject;

namespace {

constexpr std::size_t kFilteredMax = 100;
constexpr std::size_t kChangedAtOnce = 50;
constexpr std::size_t kSingleLooksMax = 60;
constexpr Millis kSingleLooksWindow = std::chrono::minutes(1);

std::vector<Vin> vins_of(const std::vector<CloudSubject>& subjects) {
  std::vector<Vin> vins;
  vins.reserve(subjects.size());
  for (const CloudSubject& subject : subjects) vins.push_back(subject.vin);
  return vins;
}

/// A question changes nothing, whatever became of it.
Error asked_in_vain(Error error) {
  error.applied = Applied::no;
  return error;
}

Result<Clearances> list_in(const Result<ports::HttpResponse>& answer, Instant now) {
  if (!answer) return fail(asked_in_vain(answer.error()));
  return read_list(*answer, now);
}

/// What would meet the next vehicle as well: those behind it need not be tried.
bool concerns_all(const Error& error) {
  return error.kind == ErrorKind::unauthorized || error.kind == ErrorKind::rate_limited ||
         error.kind == ErrorKind::unavailable || error.kind == ErrorKind::timed_out ||
         error.kind == ErrorKind::exhausted;
}

}  // namespace

/// One change of many vehicles, and what is known of each by now.
struct Gateway::Change {
  std::vector<CloudSubject> subjects;
  ports::Done<CloudAnswers> done;
  std::vector<std::optional<CloudAnswer>> answers = std::vector<std::optional<CloudAnswer>>(subjects.size());
  std::vector<std::size_t> waiting = {};  ///< to be called about one by one, last first

  void finish() {
    CloudAnswers given;
    for (auto& answer : answers) given.push_back(std::move(answer).value_or(CloudState{}));
    done(std::move(given));
  }
  void finish_with(const Error& error) {
    for (auto& answer : answers)
      if (!answer) answer = CloudAnswer(fail(error));
    finish();
  }
  /// For the vehicles that were not tried: certainly nothing was done about them.
  void give_up(const Error& error) {
    for (const std::size_t at : std::exchange(waiting, {}))
      answers[at] = CloudAnswer(fail(asked_in_vain(error)));
  }
};

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      base_url_(std::move(params.base_url)),
      tags_(std::move(params.tags)),
      call_timeout_(params.call_timeout),
      tokens_({.transport = params.transport,
               .timekeeper = params.timekeeper,
               .grant_request = login_request({.auth_url = std::move(params.auth_url),
                                               .client_id = std::move(params.client_id),
                                               .client_secret = std::move(params.client_secret)}),
               .read_grant = read_login}) {}

ports::CloudLimits Gateway::limits() const {
  return {.observed_at_once = std::numeric_limits<std::size_t>::max(),
          .changed_at_once = kChangedAtOnce,
          .calls_at_once = 4};
}

void Gateway::send(ports::HttpRequest request, ports::Done<Answer> done) {
  request.respond_by = timekeeper_.now() + call_timeout_;
  oauth::send_authorized(tokens_, transport_, std::move(request), {}, std::move(done));
}

bool Gateway::may_ask_for_one() {
  const Instant now = timekeeper_.now();
  while (!asked_for_one_.empty() && asked_for_one_.front() <= now - kSingleLooksWindow)
    asked_for_one_.pop_front();
  if (asked_for_one_.size() >= kSingleLooksMax) return false;
  asked_for_one_.push_back(now);
  return true;
}

void Gateway::observe(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto request =
      list_request(base_url_, subjects.size() <= kFilteredMax ? vins_of(subjects) : std::vector<Vin>());
  send(std::move(request),
       [this, subjects = std::move(subjects), done = std::move(done)](const Answer& answer) mutable {
         const auto clearances = list_in(answer, timekeeper_.now());
         if (!clearances) return done(ports::fail_all(subjects.size(), clearances.error()));
         CloudAnswers answers;
         answers.reserve(subjects.size());
         for (const auto& subject : subjects) answers.push_back(clearances->of(subject.vin));
         done(std::move(answers));
       });
}

void Gateway::activate(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  auto change = Owned(new Change{.subjects = std::move(subjects), .done = std::move(done)});
  std::vector<Vin> served;
  for (std::size_t at = 0; at < change->subjects.size(); ++at) {
    const CloudSubject& subject = change->subjects[at];
    if (!brand_of(subject.make).empty())
      served.push_back(subject.vin);
    else
      change->answers[at] =
          CloudState{.standing = Standing::refused, .reason = "make_not_served", .detail = subject.make};
  }
  if (served.empty()) return change->finish();
  send(list_request(base_url_, served), [this, change = std::move(change)](const Answer& answer) mutable {
    sort_by_record(std::move(change), answer);
  });
}

void Gateway::sort_by_record(Owned change, const Answer& answer) {
  const auto clearances = list_in(answer, timekeeper_.now());
  if (!clearances) return change->finish_with(clearances.error());
  for (std::size_t at = change->subjects.size(); at-- > 0;) {
    if (change->answers[at]) continue;
    const CloudSubject& subject = change->subjects[at];
    auto state = clearances->of(subject.vin);
    // Refused and ended clearances can be asked for again, and become a second record.
    if (state.standing != Standing::inactive && state.standing != Standing::refused)
      change->answers[at] = std::move(state);
    else if (!clearances->listed.contains(subject.vin) && tells_eligibility(brand_of(subject.make)))
      change->waiting.push_back(at);
  }
  check_next(std::move(change));
}

void Gateway::check_next(Owned change) {
  if (change->waiting.empty()) return clear(std::move(change));
  const std::size_t at = change->waiting.back();
  change->waiting.pop_back();
  const CloudSubject& subject = change->subjects[at];
  auto request = eligibility_request(base_url_, {.vin = subject.vin, .brand = brand_of(subject.make)});
  send(std::move(request), [this, at, change = std::move(change)](const Answer& answer) mutable {
    auto eligible = answer ? read_eligibility(*answer, change->subjects[at].vin, timekeeper_.now())
                           : Result<std::optional<bool>>(fail(asked_in_vain(answer.error())));
    if (!eligible) {
      if (concerns_all(eligible.error())) change->give_up(eligible.error());
      change->answers[at] = CloudAnswer(fail(std::move(eligible.error())));
    } else if (!eligible->value_or(true)) {
      change->answers[at] =
          CloudState{.standing = Standing::refused, .reason = "ineligible_vin", .detail = "eligible: false"};
    }
    check_next(std::move(change));
  });
}

void Gateway::clear(Owned change) {
  std::vector<Clearance> wanted;
  for (std::size_t at = 0; at < change->subjects.size(); ++at)
    if (!change->answers[at])
      wanted.push_back({.vin = change->subjects[at].vin, .brand = brand_of(change->subjects[at].make)});
  if (wanted.empty()) return change->finish();
  send(clear_request(base_url_, wanted, tags_),
       [this, change = std::move(change)](const Answer& answer) mutable {
         if (!answer) return change->finish_with(answer.error());
         const auto cleared = read_cleared(*answer, timekeeper_.now());
         if (!cleared) return change->finish_with(cleared.error());
         for (std::size_t at = 0; at < change->subjects.size(); ++at)
           if (!change->answers[at]) change->answers[at] = cleared->of(change->subjects[at].vin);
         change->finish();
       });
}

void Gateway::deactivate(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  auto change = Owned(new Change{.subjects = std::move(subjects), .done = std::move(done)});
  for (std::size_t at = change->subjects.size(); at-- > 0;) change->waiting.push_back(at);
  withdraw_next(std::move(change));
}

void Gateway::withdraw_next(Owned change) {
  if (change->waiting.empty()) return change->finish();
  const std::size_t at = change->waiting.back();
  change->waiting.pop_back();
  auto request = withdraw_request(base_url_, change->subjects[at].vin);
  send(std::move(request), [this, at, change = std::move(change)](const Answer& answer) mutable {
    take_withdrawal(std::move(change), at, answer);
  });
}

void Gateway::take_withdrawal(Owned change, std::size_t at, const Answer& answer) {
  auto ended = answer ? read_withdrawal(*answer, change->subjects[at].vin, timekeeper_.now())
                      : Result<std::optional<CloudState>>(fail(answer.error()));
  if (ended && !*ended) {
    if (may_ask_for_one()) return look_at(std::move(change), at);
    change->answers[at] = CloudState{.standing = Standing::unknown, .detail = "a conflict of unknown words"};
  } else if (ended) {
    change->answers[at] = std::move(**ended);
  } else {
    if (concerns_all(ended.error())) change->give_up(ended.error());
    change->answers[at] = CloudAnswer(fail(std::move(ended.error())));
  }
  withdraw_next(std::move(change));
}

void Gateway::look_at(Owned change, std::size_t at) {
  auto request = one_request(base_url_, change->subjects[at].vin);
  send(std::move(request), [this, at, change = std::move(change)](const Answer& answer) mutable {
    change->answers[at] = answer ? read_one(*answer, change->subjects[at].vin, timekeeper_.now())
                                 : CloudAnswer(fail(asked_in_vain(answer.error())));
    withdraw_next(std::move(change));
  });
}

void Gateway::check(ports::Done<Status> done) {
  // A vehicle that nobody has: the shortest list there is.
  const auto nobody = Vin::parse("EXVETESTVNN000001");
  CTR_ASSERT(nobody);
  send(list_request(base_url_, {&*nobody, 1}), [this, done = std::move(done)](const Answer& answer) mutable {
    const auto clearances = list_in(answer, timekeeper_.now());
    done(clearances ? Status() : Status(fail(clearances.error())));
  });
}

}  // namespace contactor::gateways::high_mobility
