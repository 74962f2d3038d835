#include "gateways/renault/gateway.h"

#include "gateways/oauth/authorized_send.h"
#include "gateways/renault/wire.h"

namespace contactor::gateways::renault {

using ports::CloudSubject;

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      place_(std::move(params.place)),
      call_timeout_(params.call_timeout),
      tokens_({.transport = params.transport,
               .timekeeper = params.timekeeper,
               .grant_request = assertion_grant(std::move(params.login), params.entropy)}) {}

void Gateway::observe(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  ports::answer_each(
      std::move(subjects),
      [this](const CloudSubject& subject, ports::Done<Answer> one) { look(subject.vin, std::move(one)); },
      std::move(done));
}

void Gateway::activate(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  ports::answer_each(
      std::move(subjects),
      [this](const CloudSubject& subject, ports::Done<Answer> one) { share(subject, std::move(one)); },
      std::move(done));
}

void Gateway::deactivate(std::vector<CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  ports::answer_each(
      std::move(subjects),
      [this](const CloudSubject& subject, ports::Done<Answer> one) { unshare(subject.vin, std::move(one)); },
      std::move(done));
}

void Gateway::look(const Vin& vin, ports::Done<Answer> done) {
  send(sharing_request(place_, vin), [this, vin, done = std::move(done)](Response response) mutable {
    if (response) return done(read_sharing(*response, vin, now()));
    response.error().applied = Applied::no;  // a question changes nothing, whatever became of it
    done(fail(std::move(response.error())));
  });
}

void Gateway::share(const CloudSubject& subject, ports::Done<Answer> done) {
  send(share_request(place_, subject.vin, subject.make),
       [this, vin = subject.vin, done = std::move(done)](Response response) mutable {
         if (!response) return done(fail(std::move(response.error())));
         auto answer = read_shared(*response, vin, now());
         const bool is_conflict = answer && response->status == 409;
         if (is_conflict) return look(vin, std::move(done));
         done(std::move(answer));
       });
}

void Gateway::unshare(const Vin& vin, ports::Done<Answer> done) {
  send(unshare_request(place_, vin), [this, vin, done = std::move(done)](Response response) mutable {
    if (!response) return done(fail(std::move(response.error())));
    done(read_unshared(*response, vin, now()));
  });
}

void Gateway::describe(CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) {
  send(model_request(place_, subject.vin), [this, done = std::move(done)](Response response) mutable {
    if (!response) return done(fail(std::move(response.error())));
    done(read_model(*response, now()));
  });
}

void Gateway::check(ports::Done<Status> done) {
  tokens_.with_token(now() + call_timeout_,
                     [done = std::move(done)](Result<oauth::AccessToken> token) mutable {
                       done(token ? Status() : Status(fail(std::move(token.error()))));
                     });
}

void Gateway::send(ports::HttpRequest request, ports::Done<Response> done) {
  request.respond_by = now() + call_timeout_;
  oauth::send_authorized(tokens_, transport_, std::move(request), {}, std::move(done));
}

}  // namespace contactor::gateways::renault
