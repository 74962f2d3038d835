#include "gateways/tesla/gateway.h"

#include "gateways/oauth/authorized_send.h"
#include "gateways/tesla/endpoints.h"
#include "gateways/tesla/wire.h"

namespace contactor::gateways::tesla {
namespace {

constexpr Millis kCallMax = std::chrono::seconds(30);
/// One call of the port that makes many requests begins none after this.
constexpr Millis kRoundMax = std::chrono::minutes(2);

Error no_code(const std::string& fleet) {
  return {.kind = ErrorKind::unauthorized,
          .applied = Applied::no,
          .retry_after = {},
          .origin = "tesla",
          .detail = fmt::format("the fleet '{}' has given no code", fleet)};
}

/// Whether the answer may be about one vehicle of several: then the others are asked without it.
bool is_about_one_vehicle(const Result<ports::HttpResponse>& answer) {
  return answer && (answer->status == 404 || answer->status == 421) &&
         read_refusal(*answer, Applied::maybe, Instant()).has_value();
}

}  // namespace

Gateway::Gateway(GatewayParams params)
    : params_(std::move(params)),
      tokens_(params_.transport, params_.timekeeper,
              {.token_url = params_.token_url,
               .client_id = params_.client_id,
               .client_secret = params_.client_secret,
               .audience = params_.base_url}),
      regions_(params_.base_url, params_.known_hosts) {
  for (const auto& [fleet, code] : params_.fleet_codes) tokens_.set_code(fleet, code);
  if (!params_.proxy_url.empty())
    config_ = telemetry_config(params_.target);
  else if (params_.key)
    config_ = signed_telemetry_config(params_.target, *params_.key);
}

// ---- One request, to the right region ------------------------------------------------------------------

struct Gateway::Journey {
  std::shared_ptr<oauth::TokenSource> tokens;
  std::string fleet;
  std::vector<Vin> vins;
  Build build;
  std::string base_url;
  ports::Done<Answer> done;
  bool may_switch = true;
};

void Gateway::travel(std::unique_ptr<Journey> journey) {
  auto request = journey->build(journey->base_url);
  request.respond_by = now() + kCallMax;
  auto& tokens = *journey->tokens;
  oauth::send_authorized(tokens, params_.transport, std::move(request), {},
                         [this, journey = std::move(journey)](Answer answer) mutable {
                           const auto elsewhere = answer && journey->may_switch
                                                      ? regions_.base_after_421(*answer, journey->base_url)
                                                      : std::nullopt;
                           if (elsewhere) {
                             journey->base_url = *elsewhere;
                             journey->may_switch = false;
                             return travel(std::move(journey));
                           }
                           if (answer && answer->status == 200)
                             for (const Vin& vin : journey->vins)
                               regions_.remember(journey->fleet, vin, journey->base_url);
                           journey->done(std::move(answer));
                         });
}

void Gateway::ask(const ports::CloudSubject& subject, Build build, ports::Done<Answer> done) {
  auto tokens = tokens_.find(subject.fleet);
  if (tokens == nullptr) return done(fail(no_code(subject.fleet)));
  travel(std::make_unique<Journey>(Journey{.tokens = std::move(tokens),
                                           .fleet = subject.fleet,
                                           .vins = {subject.vin},
                                           .build = std::move(build),
                                           .base_url = regions_.base_of(subject.fleet, subject.vin),
                                           .done = std::move(done)}));
}

// ---- Vehicle by vehicle --------------------------------------------------------------------------------

/// A request for each subject, one after the other.
struct Gateway::Round {
  std::vector<ports::CloudSubject> subjects;
  ports::HttpRequest (*build)(std::string_view base_url, const Vin& vin);
  Result<fleet::CloudState> (*read)(const ports::HttpResponse&, Instant now);
  Applied unclear = Applied::no;
  Instant until;
  ports::CloudAnswers answers;
  ports::Done<ports::CloudAnswers> done;
};

void Gateway::next_of(std::shared_ptr<Round> round) {
  const std::size_t at = round->answers.size();
  if (at == round->subjects.size()) return round->done(std::move(round->answers));
  // Who is told to wait asks no more, nor who has no time left: the rest gets the same answer.
  const bool limited =
      at > 0 && !round->answers.back() && round->answers.back().error().kind == ErrorKind::rate_limited;
  if (limited || now() >= round->until) {
    Error error =
        limited ? round->answers.back().error() : Error{.kind = ErrorKind::timed_out, .origin = "tesla"};
    error.applied = Applied::no;
    round->answers.resize(round->subjects.size(), fail(std::move(error)));
    return round->done(std::move(round->answers));
  }
  const ports::CloudSubject& subject = round->subjects[at];
  const auto build = [make = round->build, vin = subject.vin](std::string_view base) {
    return make(base, vin);
  };
  ask(subject, build, [this, round](Answer answer) {
    if (answer) {
      round->answers.push_back(round->read(*answer, now()));
    } else {
      if (round->unclear == Applied::no) answer.error().applied = Applied::no;
      round->answers.emplace_back(fail(std::move(answer.error())));
    }
    next_of(round);
  });
}

void Gateway::observe(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  next_of(std::make_shared<Round>(Round{.subjects = std::move(subjects),
                                        .build = look_request,
                                        .read = read_look,
                                        .unclear = Applied::no,
                                        .until = now() + kRoundMax,
                                        .answers = {},
                                        .done = std::move(done)}));
}

void Gateway::deactivate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  next_of(std::make_shared<Round>(Round{.subjects = std::move(subjects),
                                        .build = delete_request,
                                        .read = read_deleted,
                                        .unclear = Applied::maybe,
                                        .until = now() + kRoundMax,
                                        .answers = {},
                                        .done = std::move(done)}));
}

// ---- Many vehicles in one request ----------------------------------------------------------------------

/// Answers that come in by groups and leave together.
struct Gathering {
  ports::CloudAnswers answers;
  std::size_t missing = 0;
  ports::Done<ports::CloudAnswers> done;

  void set(std::size_t at, Result<fleet::CloudState> answer) {
    answers[at] = std::move(answer);
    if (--missing == 0) done(std::move(answers));
  }
};

/// Vehicles of one fleet that are asked for at one host.
struct Gateway::Group {
  std::string fleet;
  std::string base_url;
  std::vector<Vin> vins;
  std::vector<std::size_t> places;  ///< of the answers
  std::shared_ptr<Gathering> gathering;

  /// What is asked again without the other half.
  [[nodiscard]] Group part(std::size_t from, std::size_t to) const {
    const auto cut = [&](const auto& whole) {
      return std::remove_cvref_t<decltype(whole)>(whole.begin() + static_cast<std::ptrdiff_t>(from),
                                                  whole.begin() + static_cast<std::ptrdiff_t>(to));
    };
    return {.fleet = fleet,
            .base_url = base_url,
            .vins = cut(vins),
            .places = cut(places),
            .gathering = gathering};
  }
};

void Gateway::activate(std::vector<ports::CloudSubject> subjects, ports::Done<ports::CloudAnswers> done) {
  if (subjects.empty()) return done({});
  auto gathering = std::make_shared<Gathering>();
  gathering->answers.resize(subjects.size());
  gathering->missing = subjects.size();
  gathering->done = std::move(done);
  std::map<std::pair<std::string, std::string>, Group> groups;
  const std::size_t batch_max = limits().changed_at_once;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    const std::string& base = regions_.base_of(subjects[i].fleet, subjects[i].vin);
    Group& group = groups[{subjects[i].fleet, base}];
    group.vins.push_back(subjects[i].vin);
    group.places.push_back(i);
    if (group.vins.size() < batch_max) continue;
    create({subjects[i].fleet, base, std::move(group.vins), std::move(group.places), gathering});
    group = {};
  }
  for (auto& [key, group] : groups)
    if (!group.vins.empty())
      create({key.first, key.second, std::move(group.vins), std::move(group.places), gathering});
}

void Gateway::create(Group group) {
  auto tokens = tokens_.find(group.fleet);
  const bool configured = !config_.empty();
  if (tokens == nullptr || !configured) {
    const Error why = !configured ? Error{.kind = ErrorKind::unauthorized,
                                          .applied = Applied::no,
                                          .origin = "tesla",
                                          .detail = "no key to sign with, and no proxy that has one"}
                                  : no_code(group.fleet);
    for (const std::size_t at : group.places) group.gathering->set(at, fail(why));
    return;
  }
  const bool by_proxy = !params_.proxy_url.empty();
  auto build = [this, by_proxy, vins = group.vins](std::string_view base_url) {
    return by_proxy ? create_by_proxy_request(params_.proxy_url, vins, config_)
                    : create_request(base_url, vins, config_);
  };
  auto journey = std::make_unique<Journey>(Journey{.tokens = std::move(tokens),
                                                   .fleet = group.fleet,
                                                   .vins = by_proxy ? std::vector<Vin>() : group.vins,
                                                   .build = std::move(build),
                                                   .base_url = group.base_url,
                                                   .done = {},
                                                   // The proxy finds the region by itself.
                                                   .may_switch = !by_proxy});
  journey->done = [this, group = std::move(group)](Answer answer) mutable {
    finish_create(std::move(group), std::move(answer));
  };
  travel(std::move(journey));
}

void Gateway::finish_create(Group group, Answer answer) {
  const std::size_t size = group.vins.size();
  if (size > 1 && is_about_one_vehicle(answer)) {
    // Tesla refuses the whole request for one vehicle that it does not know. Halves find out which.
    create(group.part(0, size / 2));
    return create(group.part(size / 2, size));
  }
  const auto answers = answer ? read_created(*answer, group.vins, now())
                              : ports::CloudAnswers(size, fail(std::move(answer.error())));
  for (std::size_t i = 0; i < size; ++i) group.gathering->set(group.places[i], answers[i]);
}

// ---- Models, and whether we are let in -----------------------------------------------------------------

void Gateway::describe(ports::CloudSubject subject, ports::Done<Result<fleet::ModelFacts>> done) {
  const std::string_view model = fleet::tesla_model_name(subject.vin.str());
  if (model.empty()) return done(fail(ErrorKind::not_found, "tesla", "the VIN names no model of Tesla's"));
  const auto build = [vin = subject.vin](std::string_view base) { return options_request(base, vin); };
  ask(subject, build, [this, subject, model, done = std::move(done)](Answer answer) mutable {
    if (!answer) return done(fail(std::move(answer.error())));
    fleet::ModelFacts facts;
    facts.name = model;
    const Status read = read_options(*answer, subject.vin, model, facts, now());
    if (!read) return done(fail(read.error()));
    read_warranty_of(subject, std::move(facts), std::move(done));
  });
}

void Gateway::read_warranty_of(const ports::CloudSubject& subject, fleet::ModelFacts facts,
                               ports::Done<Result<fleet::ModelFacts>> done) {
  const auto build = [vin = subject.vin](std::string_view base) { return warranty_request(base, vin); };
  ask(subject, build, [this, facts = std::move(facts), done = std::move(done)](Answer answer) mutable {
    if (!answer) return done(fail(std::move(answer.error())));
    const Status read = read_warranty(*answer, facts, now());
    // The version alone finds the model: a warranty that Tesla does not tell is no reason to have none.
    if (!read && read.error().kind != ErrorKind::not_found) return done(fail(read.error()));
    done(std::move(facts));
  });
}

struct Gateway::Checkup {
  std::vector<std::string> fleets;
  ports::Done<Status> done;
};

void Gateway::check(ports::Done<Status> done) {
  auto fleets = tokens_.fleets();
  if (fleets.empty()) return done(fail(ErrorKind::unauthorized, "tesla", "no fleet has given a code"));
  if (config_.empty())
    return done(fail(ErrorKind::unauthorized, "tesla", "no key to sign with, and no proxy that has one"));
  check_next(std::make_shared<Checkup>(Checkup{.fleets = std::move(fleets), .done = std::move(done)}));
}

void Gateway::check_next(std::shared_ptr<Checkup> checkup) {
  if (checkup->fleets.empty()) return checkup->done({});
  const std::string fleet = std::move(checkup->fleets.back());
  checkup->fleets.pop_back();
  const auto tokens = tokens_.find(fleet);
  if (tokens == nullptr) return check_next(std::move(checkup));
  tokens->with_token(now() + kCallMax,
                     [this, fleet, tokens, checkup](Result<oauth::AccessToken> token) mutable {
                       if (token) return check_next(std::move(checkup));
                       token.error().detail = fmt::format("fleet '{}': {}", fleet, token.error().detail);
                       checkup->done(fail(std::move(token.error())));
                     });
}

}  // namespace contactor::gateways::tesla
