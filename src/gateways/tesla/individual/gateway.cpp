#include "gateways/tesla/individual/gateway.h"

#include "gateways/tesla/endpoints.h"
#include "gateways/tesla/individual/tokens.h"
#include "gateways/tesla/wire.h"

namespace contactor::gateways::tesla::individual {
namespace {

constexpr Millis kCheckMax = std::chrono::seconds(30);

Result<fleet::CloudState> looked(const ports::HttpResponse& answer, const Vin&, Instant now) {
  return read_look(answer, now);
}
Result<fleet::CloudState> created(const ports::HttpResponse& answer, const Vin& vin, Instant now) {
  return std::move(read_created(answer, {vin}, now).front());
}
Result<fleet::CloudState> deleted(const ports::HttpResponse& answer, const Vin&, Instant now) {
  return read_deleted(answer, now);
}

Error no_key() {
  return {.kind = ErrorKind::unauthorized,
          .applied = Applied::no,
          .retry_after = {},
          .origin = "tesla",
          .detail = "no key to sign with, and no proxy that has one"};
}

}  // namespace

Gateway::Gateway(GatewayParams params)
    : params_(std::move(params)),
      app_({.token_url = params_.token_url,
            .client_id = params_.client_id,
            .client_secret = params_.client_secret,
            .audience = params_.base_urls[static_cast<std::size_t>(ports::TeslaRegion::europe)]}) {
  if (!params_.proxy_url.empty())
    config_ = telemetry_config(params_.target);
  else if (params_.key)
    config_ = signed_telemetry_config(params_.target, *params_.key);
}

// ---- One vehicle after the other -----------------------------------------------------------------------

struct Gateway::Round {
  std::vector<ports::CloudSubject> subjects;
  std::function<Build(const Vin&)> build;
  Read read = nullptr;
  Applied unclear = Applied::no;
  ports::CloudAnswers answers;
  ports::Done<ports::CloudAnswers> done;
};

void Gateway::ask_each(std::vector<ports::CloudSubject> subjects, std::function<Build(const Vin&)> build,
                       Read read, Applied unclear, ports::Done<ports::CloudAnswers> done) {
  next_of(std::make_shared<Round>(Round{.subjects = std::move(subjects),
                                        .build = std::move(build),
                                        .read = read,
                                        .unclear = unclear,
                                        .answers = {},
                                        .done = std::move(done)}));
}

void Gateway::next_of(const std::shared_ptr<Round>& round) {
  const std::size_t at = round->answers.size();
  if (at == round->subjects.size()) return round->done(std::move(round->answers));
  const Vin vin = round->subjects[at].vin;
  ask(vin, round->build(vin), [this, round, vin](Reply reply) {
    if (!reply.no_consent.empty()) {
      round->answers.emplace_back(
          fleet::CloudState{.standing = fleet::Standing::refused, .reason = std::string(reply.no_consent)});
    } else if (reply.answer) {
      round->answers.push_back(round->read(*reply.answer, vin, now()));
    } else {
      if (round->unclear == Applied::no) reply.answer.error().applied = Applied::no;
      round->answers.emplace_back(fail(std::move(reply.answer.error())));
    }
    next_of(round);
  });
}

void Gateway::observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  const auto build = [](const Vin& vin) -> Build {
    return [vin](std::string_view base) { return look_request(base, vin); };
  };
  ask_each(std::move(subjects), build, looked, Applied::no, std::move(done));
}

void Gateway::activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  if (config_.empty()) return done(ports::CloudAnswers(subjects.size(), fail(no_key())));
  const auto build = [this](const Vin& vin) -> Build {
    return [this, vin](std::string_view base) {
      return params_.proxy_url.empty() ? create_request(base, {vin}, config_)
                                       : create_by_proxy_request(params_.proxy_url, {vin}, config_);
    };
  };
  ask_each(std::move(subjects), build, created, Applied::maybe, std::move(done));
}

void Gateway::deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  const auto build = [](const Vin& vin) -> Build {
    return [vin](std::string_view base) { return delete_request(base, vin); };
  };
  ask_each(std::move(subjects), build, deleted, Applied::maybe, std::move(done));
}

// ---- Models, and whether we are let in -----------------------------------------------------------------

void Gateway::describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) {
  const Vin vin = subject.vin;
  const std::string_view model = fleet::tesla_model_name(vin.str());
  if (model.empty()) return done(fail(ErrorKind::not_found, "tesla", "the VIN names no model of Tesla's"));
  const auto build = [vin](std::string_view base) { return options_request(base, vin); };
  ask(vin, build, [this, vin, model, done = std::move(done)](Reply reply) mutable {
    if (!reply.answer) return done(fail(std::move(reply.answer.error())));
    fleet::ModelFacts facts;
    facts.name = model;
    const Status read = read_options(*reply.answer, vin, model, facts, now());
    if (!read) return done(fail(read.error()));
    read_warranty_of(vin, std::move(facts), std::move(done));
  });
}

void Gateway::read_warranty_of(const Vin& vin, fleet::ModelFacts facts,
                               ports::Done<Result<fleet::ModelFacts>> done) {
  const auto build = [vin](std::string_view base) { return warranty_request(base, vin); };
  ask(vin, build, [this, facts = std::move(facts), done = std::move(done)](Reply reply) mutable {
    if (!reply.answer) return done(fail(std::move(reply.answer.error())));
    const Status read = read_warranty(*reply.answer, facts, now());
    // The version alone finds the model: a warranty that Tesla does not tell is no reason to have none.
    if (!read && read.error().kind != ErrorKind::not_found) return done(fail(read.error()));
    done(std::move(facts));
  });
}

void Gateway::check(ports::Done<Status> done) {
  if (config_.empty()) return done(fail(no_key()));
  auto request = partner_request(app_);
  request.respond_by = now() + kCheckMax;
  params_.transport.send(std::move(request),
                         [this, done = std::move(done)](Result<ports::HttpResponse> answer) mutable {
                           if (!answer) return done(fail(std::move(answer.error())));
                           auto grant = read_grant(*answer, now());
                           if (!grant) return done(fail(std::move(grant.error())));
                           done({});
                         });
}

}  // namespace contactor::gateways::tesla::individual
