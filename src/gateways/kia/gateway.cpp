#include "gateways/kia/gateway.h"

#include <limits>

#include "gateways/kia/auth.h"
#include "gateways/kia/wire.h"
#include "gateways/oauth/authorized_send.h"
#include "ports/answer_each.h"

namespace contactor::gateways::kia {

using fleet::CloudState;
using fleet::Standing;
using ports::CloudAnswers;
using ports::CloudSubject;

namespace {

constexpr std::size_t kChangedAtOnce = 50;

std::vector<Vin> vins_of(const std::vector<CloudSubject>& subjects) {
  std::vector<Vin> vins;
  vins.reserve(subjects.size());
  for (const CloudSubject& subject : subjects) vins.push_back(subject.vin);
  return vins;
}

Result<Consents> consents_in(const Result<ports::HttpResponse>& answer, Instant now) {
  if (answer) return read_consents(*answer, now);
  Error error = answer.error();
  error.applied = Applied::no;
  return fail(std::move(error));
}

/// A vehicle that is not eligible looks like one that nobody asked for: only who has asked can tell.
CloudState seen(const CloudSubject& subject, const Consents& vehicle, const Consents& dtc) {
  CloudState state = state_of(subject.vin, vehicle, dtc);
  if (state.standing == Standing::inactive && !subject.key.empty()) state.reason = "no_consent";
  return state;
}

CloudAnswers all(std::size_t subjects, const Status& status, const CloudState& state) {
  return status ? CloudAnswers(subjects, state) : ports::fail_all(subjects, status.error());
}

}  // namespace

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      place_{.base_url = std::move(params.base_url), .api_key = std::move(params.api_key)},
      call_timeout_(params.call_timeout),
      tokens_({.transport = params.transport,
               .timekeeper = params.timekeeper,
               .grant_request = login_request({.auth_url = std::move(params.auth_url),
                                               .client_id = std::move(params.client_id),
                                               .client_secret = std::move(params.client_secret)})}) {}

ports::CloudLimits Gateway::limits() const {
  return {.observed_at_once = std::numeric_limits<std::size_t>::max(),
          .changed_at_once = kChangedAtOnce,
          .calls_at_once = 2};
}

void Gateway::send(ports::HttpRequest request, ports::Done<Answer> done) {
  request.respond_by = timekeeper_.now() + call_timeout_;
  oauth::send_authorized(tokens_, transport_, std::move(request), {}, std::move(done));
}

void Gateway::change(ports::HttpRequest request, ports::Done<Status> done) {
  send(std::move(request), [this, done = std::move(done)](Answer answer) mutable {
    done(answer ? read_change(*answer, timekeeper_.now()) : Status(fail(std::move(answer.error()))));
  });
}

void Gateway::observe(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  send(consents_request(place_, Package::vehicle),
       [this, subjects = std::move(subjects), done = std::move(done)](Answer answer) mutable {
         auto vehicle = consents_in(answer, timekeeper_.now());
         if (!vehicle) return done(ports::fail_all(subjects.size(), vehicle.error()));
         send(consents_request(place_, Package::dtc),
              [this, subjects = std::move(subjects), vehicle = std::move(*vehicle),
               done = std::move(done)](Answer second) mutable {
                const auto dtc = consents_in(second, timekeeper_.now());
                if (!dtc) return done(ports::fail_all(subjects.size(), dtc.error()));
                CloudAnswers answers;
                answers.reserve(subjects.size());
                for (const auto& subject : subjects) answers.push_back(seen(subject, vehicle, *dtc));
                done(std::move(answers));
              });
       });
}

void Gateway::activate(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  change(consent_request(place_, vins_of(subjects)),
         [count = subjects.size(), done = std::move(done)](const Status& taken) mutable {
           done(all(count, taken, {.standing = Standing::pending, .detail = "consent asked for"}));
         });
}

void Gateway::deactivate(std::vector<CloudSubject> subjects, ports::Done<CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto vins = vins_of(subjects);
  auto first = withdraw_request(place_, Package::vehicle, vins);
  change(std::move(first), [this, vins = std::move(vins), done = std::move(done)](Status taken) mutable {
    if (!taken) return done(ports::fail_all(vins.size(), taken.error()));
    change(withdraw_request(place_, Package::dtc, vins),
           [count = vins.size(), done = std::move(done)](Status second) mutable {
             if (!second) {
               second.error().applied = Applied::maybe;
               second.error().detail = "vehicle is withdrawn, dtcInfo is not: " + second.error().detail;
             }
             done(all(count, second, {.standing = Standing::ending, .detail = "consents withdrawn"}));
           });
  });
}

void Gateway::check(ports::Done<Status> done) {
  send(consents_request(place_, Package::dtc), [this, done = std::move(done)](const Answer& answer) mutable {
    const auto consents = consents_in(answer, timekeeper_.now());
    done(consents ? Status() : Status(fail(consents.error())));
  });
}

}  // namespace contactor::gateways::kia
