#include "gateways/volkswagen/gateway.h"

#include <limits>
#include <unordered_set>

#include "gateways/oauth/authorized_send.h"
#include "gateways/volkswagen/auth.h"
#include "gateways/volkswagen/wire.h"
#include "ports/answer_each.h"

namespace contactor::gateways::volkswagen {

using fleet::CloudState;
using fleet::Standing;
using ports::CloudAnswer;
using ports::CloudAnswers;
using ports::CloudSubject;

namespace {

constexpr std::size_t kChangedAtOnce = 500;

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

}  // namespace

/// One change of many vehicles, and what is known of each by now.
struct Gateway::Change {
  std::vector<CloudSubject> subjects;
  ports::Done<CloudAnswers> done;
  std::vector<std::optional<CloudAnswer>> answers = std::vector<std::optional<CloudAnswer>>(subjects.size());

  /// Gives an answer to each vehicle that has none and for which `of` has one.
  template <class Of>
  void fill(Of of) {
    for (std::size_t i = 0; i < subjects.size(); ++i)
      if (!answers[i]) answers[i] = of(subjects[i].vin);
  }
  [[nodiscard]] bool is_whole() const {
    return std::ranges::all_of(answers, [](const auto& answer) { return answer.has_value(); });
  }
  void finish() {
    CloudAnswers given;
    for (auto& answer : answers) given.push_back(std::move(answer).value_or(CloudState{}));
    done(std::move(given));
  }
  void finish_with(const Error& error) {
    fill([&error](const Vin&) { return CloudAnswer(fail(error)); });
    finish();
  }
};

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      place_{.base_url = std::move(params.base_url), .organisation = std::move(params.organisation)},
      call_timeout_(params.call_timeout),
      tokens_({.transport = params.transport,
               .timekeeper = params.timekeeper,
               .grant_request = login_request({.auth_url = std::move(params.auth_url),
                                               .username = std::move(params.username),
                                               .password = std::move(params.password)}),
               .read_grant = read_login}) {}

ports::CloudLimits Gateway::limits() const {
  return {.observed_at_once = std::numeric_limits<std::size_t>::max(),
          .changed_at_once = kChangedAtOnce,
          .calls_at_once = 2};
}

void Gateway::send(ports::HttpRequest request, ports::Done<Answer> done) {
  request.respond_by = timekeeper_.now() + call_timeout_;
  oauth::send_authorized(tokens_, transport_, std::move(request), {}, std::move(done));
}

void Gateway::observe(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto change = std::make_unique<Change>(Change{.subjects = std::move(subjects), .done = std::move(done)});
  look(std::move(change), false);
}

void Gateway::activate(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto request = approve_request(place_, vins_of(subjects));
  auto change = std::make_unique<Change>(Change{.subjects = std::move(subjects), .done = std::move(done)});
  send(std::move(request), [this, change = std::move(change)](Answer answer) mutable {
    if (!answer) return change->finish_with(answer.error());
    auto codes = read_codes(*answer, timekeeper_.now());
    if (!codes) return change->finish_with(codes.error());
    confirm(std::move(change), std::move(*codes));
  });
}

void Gateway::confirm(std::unique_ptr<Change> change, std::vector<VerificationCode> codes) {
  std::unordered_map<Vin, std::string> code_of;
  for (auto& [vin, code] : codes) code_of.insert_or_assign(vin, std::move(code));
  codes.clear();
  for (const CloudSubject& subject : change->subjects)
    if (auto found = code_of.extract(subject.vin))
      codes.push_back({.vin = subject.vin, .code = std::move(found.mapped())});
  if (codes.empty()) return look(std::move(change), true);
  auto request = confirm_request(place_, codes);
  send(std::move(request),
       [this, codes = std::move(codes), change = std::move(change)](Answer answer) mutable {
         std::unordered_set<Vin> sent;
         for (const auto& code : codes) sent.insert(code.vin);
         const Status confirmed =
             answer ? read_confirmation(*answer, timekeeper_.now()) : Status(fail(answer.error()));
         change->fill([&](const Vin& vin) -> std::optional<CloudAnswer> {
           if (!sent.contains(vin)) return std::nullopt;
           if (!confirmed) return CloudAnswer(fail(confirmed.error()));
           return CloudState{.standing = Standing::pending, .reason = "in_validation", .detail = "confirmed"};
         });
         change->is_whole() ? change->finish() : look(std::move(change), true);
       });
}

void Gateway::look(std::unique_ptr<Change> change, bool asked_to_activate) {
  send(statuses_request(place_),
       [this, asked_to_activate, change = std::move(change)](Answer answer) mutable {
         if (!answer) return change->finish_with(asked_in_vain(answer.error()));
         const auto statuses = read_statuses(*answer, timekeeper_.now());
         if (!statuses) return change->finish_with(statuses.error());
         change->fill([&](const Vin& vin) -> std::optional<CloudAnswer> {
           auto state = statuses->of(vin);
           // Not enrolled, although asked for: whether it is refused or only on its way stands elsewhere.
           if (asked_to_activate && state.standing == Standing::inactive) return std::nullopt;
           return state;
         });
         change->is_whole() ? change->finish() : look_at_approvals(std::move(change));
       });
}

void Gateway::look_at_approvals(std::unique_ptr<Change> change) {
  send(approvals_request(place_), [this, change = std::move(change)](Answer answer) mutable {
    if (!answer) return change->finish_with(asked_in_vain(answer.error()));
    const auto confirmed = read_approvals(*answer, timekeeper_.now());
    if (!confirmed) return change->finish_with(confirmed.error());
    change->fill([&](const Vin& vin) -> std::optional<CloudAnswer> {
      const auto found = confirmed->find(vin);
      // Left out of the codes, the status and the approvals: this is how the cloud says no.
      if (found == confirmed->end())
        return CloudState{
            .standing = Standing::refused, .reason = "not_approved", .detail = "no verification code"};
      if (found->second)
        return CloudState{.standing = Standing::pending, .reason = "in_validation", .detail = "confirmed"};
      return CloudState{
          .standing = Standing::inactive, .reason = "not_confirmed", .detail = "approved, not confirmed"};
    });
    change->finish();
  });
}

void Gateway::deactivate(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto request = withdraw_request(place_, vins_of(subjects));
  auto change = std::make_unique<Change>(Change{.subjects = std::move(subjects), .done = std::move(done)});
  send(std::move(request), [this, change = std::move(change)](Answer answer) mutable {
    if (!answer) return change->finish_with(answer.error());
    const auto withdrawals = read_withdrawal(*answer, timekeeper_.now());
    if (!withdrawals) return change->finish_with(withdrawals.error());
    change->fill([&](const Vin& vin) -> std::optional<CloudAnswer> {
      const auto found = withdrawals->find(vin);
      const auto what = found == withdrawals->end() ? Withdrawal::unsaid : found->second;
      if (what == Withdrawal::ignored) return std::nullopt;
      if (what == Withdrawal::unsaid)
        return CloudState{
            .standing = Standing::unknown, .reason = "left_out", .detail = "left out of the answer"};
      const bool later = what == Withdrawal::scheduled;
      return CloudState{.standing = Standing::ending,
                        .reason = later ? "scheduled_de_enrollment" : "de_enrollment_ongoing",
                        .detail = later ? "scheduled" : "candidate"};
    });
    change->is_whole() ? change->finish() : look(std::move(change), false);
  });
}

void Gateway::check(ports::Done<Status> done) {
  send(statuses_request(place_), [this, done = std::move(done)](Answer answer) mutable {
    if (!answer) return done(fail(asked_in_vain(answer.error())));
    const auto statuses = read_statuses(*answer, timekeeper_.now());
    done(statuses ? Status() : Status(fail(statuses.error())));
  });
}

}  // namespace contactor::gateways::volkswagen
