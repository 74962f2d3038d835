#include "gateways/bmw/gateway.h"

#include "gateways/bmw/auth.h"
#include "gateways/bmw/endpoints.h"
#include "gateways/bmw/wire.h"
#include "gateways/oauth/authorized_send.h"

namespace contactor::gateways::bmw {

using ports::CloudSubject;

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      base_url_(std::move(params.base_url)),
      fleet_id_(std::move(params.fleet_id)),
      call_timeout_(params.call_timeout),
      tokens_({.transport = params.transport,
               .timekeeper = params.timekeeper,
               .grant_request = login_request({.auth_url = std::move(params.auth_url),
                                               .client_id = std::move(params.client_id),
                                               .username = std::move(params.username),
                                               .password = std::move(params.password)}),
               .read_grant = read_login}) {}

void Gateway::observe(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  ports::answer_each(
      std::move(subjects),
      [this](const CloudSubject& subject, ports::Done<Answer> one) { look(subject.vin, std::move(one)); },
      std::move(done));
}

void Gateway::activate(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  ports::answer_each(
      std::move(subjects),
      [this](CloudSubject subject, ports::Done<Answer> one) {
        activate_one(std::move(subject), std::move(one));
      },
      std::move(done));
}

void Gateway::deactivate(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  ports::answer_each(
      std::move(subjects),
      [this](const CloudSubject& subject, ports::Done<Answer> one) {
        deactivate_one(subject, std::move(one));
      },
      std::move(done));
}

void Gateway::describe(CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) {
  send(data_request(base_url_, subject.vin), [this, done = std::move(done)](Response response) mutable {
    if (!response) return done(fail(std::move(response.error())));
    done(read_model(*response, now()));
  });
}

void Gateway::check(ports::Done<Status> done) {
  send(fleets_request(base_url_), [this, done = std::move(done)](Response response) mutable {
    if (!response) return done(fail(std::move(response.error())));
    done(read_fleets(*response, now()));
  });
}

void Gateway::look(const Vin& vin, ports::Done<Answer> done) {
  send(vehicle_request(base_url_, vin), [this, done = std::move(done)](Response response) mutable {
    if (response) return done(read_vehicle(*response, now()));
    response.error().applied = Applied::no;  // a question changes nothing, whatever became of it
    done(fail(std::move(response.error())));
  });
}

void Gateway::activate_one(CloudSubject subject, ports::Done<Answer> done) {
  auto request = check_request(base_url_, subject.vin);
  send(std::move(request),
       [this, subject = std::move(subject), done = std::move(done)](Response response) mutable {
         if (!response) {
           response.error().applied = Applied::no;
           return done(fail(std::move(response.error())));
         }
         auto refusal = read_check(*response, now());
         if (!refusal) return done(fail(std::move(refusal.error())));
         if (*refusal) return done(std::move(**refusal));
         create(std::move(subject), std::move(done));
       });
}

void Gateway::create(CloudSubject subject, ports::Done<Answer> done) {
  auto request = create_request(base_url_, subject.vin);
  send(std::move(request),
       [this, subject = std::move(subject), done = std::move(done)](Response response) mutable {
         if (!response) return done(fail(std::move(response.error())));
         auto refusal = read_created(*response, now());
         if (!refusal) return done(fail(std::move(refusal.error())));
         if (*refusal) return done(std::move(**refusal));
         if (!fleet_id_.empty()) return join(subject.vin, fleet_id_, std::move(done));
         find_fleet(std::move(subject), std::move(done));
       });
}

void Gateway::find_fleet(CloudSubject subject, ports::Done<Answer> done) {
  if (subject.fleet.empty())
    return done(not_in_fleet("BMW_FLEET_ID is not set and the vehicle has no fleet"));
  send(fleets_request(base_url_),
       [this, subject = std::move(subject), done = std::move(done)](Response response) mutable {
         if (!response) return done(not_in_fleet("the fleets could not be read: " + response.error().detail));
         const auto fleet_id = read_fleet_id(*response, subject.fleet, now());
         if (!fleet_id) {
           const bool is_missing = fleet_id.error().kind == ErrorKind::not_found;
           return done(not_in_fleet(fleet_id.error().detail, is_missing ? "no_such_fleet" : "not_in_fleet"));
         }
         join(subject.vin, *fleet_id, std::move(done));
       });
}

void Gateway::join(const Vin& vin, std::string_view fleet_id, ports::Done<Answer> done) {
  send(join_request(base_url_, fleet_id, vin),
       [this, vin, done = std::move(done)](Response response) mutable {
         if (!response) return done(not_in_fleet("the fleet step: " + response.error().detail));
         if (const auto joined = read_joined(*response, now()); !joined)
           return done(not_in_fleet("the fleet step: " + joined.error().detail));
         look_after(vin, {.standing = fleet::Standing::pending, .reason = {}, .detail = {}, .handle = {}},
                    std::move(done));
       });
}

void Gateway::deactivate_one(const CloudSubject& subject, ports::Done<Answer> done) {
  const Vin vin = subject.vin;
  send(delete_request(base_url_, vin), [this, vin, done = std::move(done)](Response response) mutable {
    if (!response) return done(fail(std::move(response.error())));
    auto answer = read_deleted(*response, now());
    if (!answer || answer->standing == fleet::Standing::inactive) return done(std::move(answer));
    look_after(vin, std::move(*answer), std::move(done));
  });
}

void Gateway::look_after(const Vin& vin, fleet::CloudState taken, ports::Done<Answer> done) {
  look(vin, [taken = std::move(taken), done = std::move(done)](Answer seen) mutable {
    const auto reached =
        taken.standing == fleet::Standing::ending ? fleet::Standing::inactive : fleet::Standing::active;
    if (seen && seen->standing == reached) return done(std::move(seen));
    if (seen && taken.standing == fleet::Standing::ending) taken.reason = "still_cleared";
    done(std::move(taken));
  });
}

void Gateway::send(ports::HttpRequest request, ports::Done<Response> done) {
  request.respond_by = now() + call_timeout_;
  oauth::send_authorized(tokens_, transport_, std::move(request), {}, std::move(done));
}

}  // namespace contactor::gateways::bmw
