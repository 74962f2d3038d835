#include "gateways/tesla/individual/gateway.h"

#include "gateways/tesla/endpoints.h"
#include "gateways/tesla/individual/tokens.h"
#include "gateways/tesla/wire.h"

namespace contactor::gateways::tesla::individual {
namespace {

constexpr Millis kCallMax = std::chrono::seconds(30);
/// A token with less left is renewed first. Not sooner: each renewal uses a refresh token up.
constexpr Millis kTokenMargin = std::chrono::minutes(5);

}  // namespace

/// One owner's call on its way.
struct Gateway::Visit {
  ports::TeslaOwner owner;
  std::string base_url;
  ports::Done<Result<ports::OwnerOutcome>> done;
  ports::OwnerOutcome outcome = {};
  bool has_fresh_token = false;  ///< this call has renewed it: a 401 is not its age
  bool may_switch = true;

  void end() { done(std::move(outcome)); }
  void end(Error error) { done(fail(std::move(error))); }
  void end_without_consent() {
    outcome.consent_needed = true;
    end();
  }
};

Gateway::Gateway(GatewayParams params)
    : params_(std::move(params)),
      app_({.token_url = params_.token_url,
            .client_id = params_.client_id,
            .client_secret = params_.client_secret,
            .audience = {}}) {
  if (!params_.proxy_url.empty())
    config_ = telemetry_config(params_.target);
  else if (params_.key)
    config_ = signed_telemetry_config(params_.target, *params_.key);
}

void Gateway::activate(ports::TeslaOwner owner, ports::Done<Result<ports::OwnerOutcome>> done) {
  if (config_.empty())
    return done(fail(ErrorKind::unauthorized, "tesla", "no key to sign with, and no proxy that has one"));
  auto visit =
      std::make_shared<Visit>(Visit{.owner = std::move(owner), .base_url = {}, .done = std::move(done)});
  visit->base_url = params_.base_urls[static_cast<std::size_t>(visit->owner.region)];
  const auto& tokens = visit->owner.tokens;
  if (tokens && tokens->expires_at > now() + kTokenMargin) return look(visit);
  get_tokens(visit, [this, visit] { look(visit); });
}

// ---- Tokens --------------------------------------------------------------------------------------------

void Gateway::get_tokens(const VisitRef& visit, std::function<void()> then) {
  const auto& owner = visit->owner;
  const bool can_refresh = owner.tokens && !owner.tokens->refresh_token.empty();
  if (!can_refresh && owner.code.empty()) return visit->end_without_consent();
  auto request = can_refresh ? refresh_request(app_, owner.tokens->refresh_token)
                             : exchange_request(app_, visit->base_url, owner);
  request.respond_by = now() + kCallMax;
  params_.transport.send(std::move(request),
                         [this, visit, then = std::move(then)](Result<ports::HttpResponse> answer) mutable {
                           if (!answer) return visit->end(std::move(answer.error()));
                           keep(visit, *answer, std::move(then));
                         });
}

void Gateway::keep(const VisitRef& visit, const ports::HttpResponse& answer, std::function<void()> then) {
  if (needs_consent(answer)) return visit->end_without_consent();
  const Secret used = visit->owner.tokens ? visit->owner.tokens->refresh_token : Secret();
  auto tokens = read_tokens(answer, used, now());
  if (!tokens) return visit->end(std::move(tokens.error()));
  params_.keeper.save(visit->owner.vin, *tokens,
                      [visit, tokens = *tokens, then = std::move(then)](Status saved) {
                        // Not saved, not used: Tesla still takes the token before, and the next call begins
                        // there.
                        if (!saved) return visit->end(std::move(saved.error()));
                        visit->owner.tokens = tokens;
                        visit->owner.code = Secret();
                        visit->has_fresh_token = true;
                        then();
                      });
}

// ---- The vehicle ---------------------------------------------------------------------------------------

void Gateway::send(const VisitRef& visit, Build build, Read read) {
  auto request = build(visit->base_url);
  request.headers.push_back({"Authorization", "Bearer " + visit->owner.tokens->access_token.reveal()});
  request.respond_by = now() + kCallMax;
  params_.transport.send(std::move(request), [this, visit, build = std::move(build),
                                              read = std::move(read)](Result<ports::HttpResponse> answer) {
    if (!answer) return visit->end(std::move(answer.error()));
    if (answer->status == 401 && !visit->has_fresh_token)
      return get_tokens(visit, [this, visit, build, read] { send(visit, build, read); });
    const Regions regions(visit->base_url, params_.known_hosts);
    const auto elsewhere =
        visit->may_switch ? regions.base_after_421(*answer, visit->base_url) : std::nullopt;
    if (!elsewhere) return read(*answer);
    visit->may_switch = false;
    visit->base_url = *elsewhere;
    send(visit, build, read);
  });
}

void Gateway::look(const VisitRef& visit) {
  const auto build = [vin = visit->owner.vin](std::string_view base) { return look_request(base, vin); };
  send(visit, build, [this, visit](const ports::HttpResponse& answer) {
    auto state = read_look(answer, now());
    if (!state) return visit->end(std::move(state.error()));
    visit->outcome.state = std::move(*state);
    const auto standing = visit->outcome.state.standing;
    // A configuration that was dropped for want of a place must be sent again once there is one.
    const bool dropped = visit->outcome.state.reason == "silently_rejected";
    if (standing == fleet::Standing::inactive || dropped) return create(visit);
    if (standing == fleet::Standing::refused) return visit->end();
    describe(visit);
  });
}

void Gateway::create(const VisitRef& visit) {
  const auto build = [this, vin = visit->owner.vin](std::string_view base) {
    return params_.proxy_url.empty() ? create_request(base, {vin}, config_)
                                     : create_by_proxy_request(params_.proxy_url, {vin}, config_);
  };
  send(visit, build, [this, visit](const ports::HttpResponse& answer) {
    auto state = std::move(read_created(answer, {visit->owner.vin}, now()).front());
    if (!state) return visit->end(std::move(state.error()));
    visit->outcome.state = std::move(*state);
    if (visit->outcome.state.standing != fleet::Standing::pending) return visit->end();
    describe(visit);
  });
}

void Gateway::describe(const VisitRef& visit) {
  const Vin vin = visit->owner.vin;
  const std::string_view model = fleet::tesla_model_name(vin.str());
  if (model.empty()) return visit->end();
  const auto options = [vin](std::string_view base) { return options_request(base, vin); };
  send(visit, options, [this, visit, vin, model](const ports::HttpResponse& answer) {
    fleet::ModelFacts facts;
    facts.name = model;
    // What was asked for stands: the model can be read by a later call.
    if (!read_options(answer, vin, model, facts, now())) return visit->end();
    visit->outcome.facts = std::move(facts);
    const auto warranty = [vin](std::string_view base) { return warranty_request(base, vin); };
    send(visit, warranty, [this, visit](const ports::HttpResponse& more) {
      static_cast<void>(read_warranty(more, *visit->outcome.facts, now()));
      visit->end();
    });
  });
}

}  // namespace contactor::gateways::tesla::individual
