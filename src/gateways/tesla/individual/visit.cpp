// One request with the token of the vehicle's owner: whose it is, how it is renewed, where it is sent.

#include "gateways/tesla/individual/gateway.h"
#include "gateways/tesla/individual/tokens.h"

namespace contactor::gateways::tesla::individual {
namespace {

constexpr Millis kCallMax = std::chrono::seconds(30);
/// A token with less left is renewed first. Not sooner: each renewal uses a refresh token up.
constexpr Millis kTokenMargin = std::chrono::minutes(5);
constexpr std::size_t kRememberedMax = 100'000;
constexpr std::string_view kMissing = "consent_missing";
constexpr std::string_view kOver = "consent_over";

template <class Map>
void remember(Map& map, const Vin& vin, std::string text) {
  if (map.size() >= kRememberedMax) map.clear();
  map.insert_or_assign(vin, std::move(text));
}

}  // namespace

struct Gateway::Visit {
  Vin vin;
  Build build;
  ports::Done<Reply> done;
  std::string base_url = {};
  Secret access_token = {};
  ports::TeslaOwner owner = {.vin = vin, .redirect_uri = {}, .tokens = {}};  ///< while a login is under way
  bool has_logged_in = false;  ///< this visit has renewed the token: a 401 is not its age
  bool may_switch = true;

  [[nodiscard]] bool is_usable(const std::optional<ports::OwnerTokens>& tokens, Instant at) const {
    return tokens && tokens->expires_at > at + kTokenMargin &&
           tokens->access_token.reveal() != access_token.reveal();
  }
  /// Before anything was sent about the vehicle.
  void end_unsent(Error error) {
    error.applied = Applied::no;
    done({.answer = fail(std::move(error))});
  }
  void end_without_consent(std::string_view why) { done(no_consent(why)); }
  static Reply no_consent(std::string_view why) {
    return {.answer = fail(Error{.kind = ErrorKind::unauthorized,
                                 .applied = Applied::no,
                                 .retry_after = {},
                                 .origin = "tesla",
                                 .detail = "the owner does not let us in"}),
            .no_consent = why};
  }
};

void Gateway::ask(const Vin& vin, Build build, ports::Done<Reply> done) {
  auto visit = std::make_shared<Visit>(Visit{.vin = vin, .build = std::move(build), .done = std::move(done)});
  params_.consents.read(vin, [this, visit](Result<std::optional<ports::TeslaOwner>> owner) {
    if (!owner) return visit->end_unsent(std::move(owner.error()));
    if (!*owner) return visit->end_without_consent(kMissing);
    visit->base_url = base_url_of(**owner);
    // A new consent counts before the tokens of the last one.
    if (!(*owner)->code.empty() || !visit->is_usable((*owner)->tokens, now())) return log_in(visit);
    visit->access_token = (*owner)->tokens->access_token;
    send(visit);
  });
}

std::string Gateway::base_url_of(const ports::TeslaOwner& owner) const {
  const auto found = elsewhere_.find(owner.vin);
  return found != elsewhere_.end() ? found->second
                                   : params_.base_urls[static_cast<std::size_t>(owner.region)];
}

void Gateway::send(const VisitRef& visit) {
  auto request = visit->build(visit->base_url);
  request.headers.push_back({"Authorization", "Bearer " + visit->access_token.reveal()});
  request.respond_by = now() + kCallMax;
  params_.transport.send(std::move(request), [this, visit](Result<ports::HttpResponse> answer) {
    if (!answer) return visit->done({.answer = std::move(answer)});
    if (answer->status == 401 && !visit->has_logged_in) return log_in(visit);
    const Regions regions(visit->base_url, params_.known_hosts);
    const auto elsewhere =
        visit->may_switch ? regions.base_after_421(*answer, visit->base_url) : std::nullopt;
    if (!elsewhere) return visit->done({.answer = std::move(answer)});
    visit->may_switch = false;
    visit->base_url = *elsewhere;
    remember(elsewhere_, visit->vin, *elsewhere);
    send(visit);
  });
}

// ---- Logging in ----------------------------------------------------------------------------------------

void Gateway::log_in(const VisitRef& visit) {
  visit->has_logged_in = true;
  params_.consents.borrow(visit->vin, [this, visit](Result<std::optional<ports::TeslaOwner>> owner) {
    if (!owner) return visit->end_unsent(std::move(owner.error()));
    if (!*owner) return end_login(visit, Visit::no_consent(kMissing));
    visit->owner = std::move(**owner);
    next_login(visit);
  });
}

void Gateway::next_login(const VisitRef& visit) {
  const auto& [vin, region, code, redirect_uri, tokens] = visit->owner;
  if (!code.empty()) return send_login(visit, true);
  if (!tokens) return end_login(visit, Visit::no_consent(kMissing));
  if (visit->is_usable(tokens, now())) {
    // Somebody else has renewed it meanwhile.
    visit->access_token = tokens->access_token;
    params_.consents.give_back(vin);
    return send(visit);
  }
  const auto refused = refused_refreshes_.find(vin);
  if (refused != refused_refreshes_.end() && refused->second == tokens->refresh_token.reveal())
    return end_login(visit, Visit::no_consent(kOver));
  send_login(visit, false);
}

void Gateway::send_login(const VisitRef& visit, bool with_code) {
  auto request = with_code ? exchange_request(app_, visit->base_url, visit->owner)
                           : refresh_request(app_, visit->owner.tokens->refresh_token);
  request.respond_by = now() + kCallMax;
  params_.transport.send(std::move(request), [this, visit, with_code](Result<ports::HttpResponse> answer) {
    if (!answer) return end_login(visit, {.answer = fail(std::move(answer.error()))});
    if (needs_consent(*answer)) return refused(visit, with_code);
    take_tokens(visit, *answer, with_code);
  });
}

/// Of a code that is refused the tokens before may be left. What is refused is not sent again.
void Gateway::refused(const VisitRef& visit, bool with_code) {
  if (!with_code) {
    remember(refused_refreshes_, visit->vin, visit->owner.tokens->refresh_token.reveal());
    return end_login(visit, Visit::no_consent(kOver));
  }
  params_.consents.drop_code(visit->vin, [this, visit](Status dropped) {
    if (!dropped) return end_login(visit, {.answer = fail(std::move(dropped.error()))});
    if (!visit->owner.tokens) return end_login(visit, Visit::no_consent(kOver));
    visit->owner.code = Secret();
    next_login(visit);
  });
}

void Gateway::take_tokens(const VisitRef& visit, const ports::HttpResponse& answer, bool with_code) {
  auto tokens = read_tokens(answer, with_code ? Secret() : visit->owner.tokens->refresh_token, now());
  if (!tokens) return end_login(visit, {.answer = fail(std::move(tokens.error()))});
  visit->access_token = tokens->access_token;
  params_.consents.keep(visit->vin, std::move(*tokens), [this, visit](Status kept) {
    if (!kept) return end_login(visit, {.answer = fail(std::move(kept.error()))});
    params_.consents.give_back(visit->vin);
    send(visit);
  });
}

/// Nothing of a login reaches the vehicle.
void Gateway::end_login(const VisitRef& visit, Reply reply) {
  params_.consents.give_back(visit->vin);
  if (!reply.answer) reply.answer.error().applied = Applied::no;
  visit->done(std::move(reply));
}

}  // namespace contactor::gateways::tesla::individual
