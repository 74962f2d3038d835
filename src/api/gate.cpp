#include "api/gate.h"

#include <cstring>

#include <fmt/format.h>

#include "crypto/token.h"

namespace contactor::api {
namespace {

constexpr Millis kTokensMaxAge = std::chrono::seconds(1);
// A token that was made a moment ago should work at once; strangers still cannot make the store work for each
// guess.
constexpr Millis kSecondLookAge = std::chrono::milliseconds(200);

constexpr std::string_view kSpelled[] = {"viewer", "operator", "technician", "admin", "service"};

bool has_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return false;
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((header[i] | 0x20) != scheme[i]) return false;
  return true;
}

}  // namespace

std::string_view to_string(Role role) { return kSpelled[static_cast<std::size_t>(role)]; }

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : kRoles)
    if (to_string(role) == text) return role;
  return std::nullopt;
}

Principal local_principal(std::uint32_t user) {
  return Principal{.token_id = {}, .role = Role::admin, .name = fmt::format("local:{}", user), .client = {}};
}

std::size_t Gate::DigestHash::operator()(const ota::Digest& digest) const {
  std::size_t hash = 0;
  std::memcpy(&hash, digest.data(), sizeof hash);
  return hash;
}

Gate::Gate(ports::Store& store, ports::Timekeeper& time)
    : time_(time),
      known_(
          std::make_shared<Refreshed<Known>>(time, kTokensMaxAge, [&store](ports::Done<Result<Known>> done) {
            store.tokens([done = std::move(done)](Result<std::vector<ports::ApiToken>> tokens) mutable {
              if (!tokens) return done(std::unexpected(std::move(tokens.error())));
              Known known;
              for (auto& token : *tokens) {
                const ota::Digest digest = token.digest;
                known.insert_or_assign(digest, std::move(token));
              }
              done(std::move(known));
            });
          })) {}

std::expected<Principal, Problem> Gate::judge(const Known& known, const ota::Digest& digest, Instant now) {
  const auto found = known.find(digest);
  if (found == known.end()) return std::unexpected(unauthorized("This access token is not known."));
  const ports::ApiToken& token = found->second;
  if (token.revoked_at) return std::unexpected(unauthorized("This access token was revoked."));
  if (token.expires_at <= now) return std::unexpected(unauthorized("This access token has expired."));
  const auto role = parse_role(token.role);
  if (!role) return std::unexpected(unauthorized("This access token has no role that this version knows."));
  return Principal{.token_id = token.id, .role = *role, .name = token.name, .client = token.client};
}

void Gate::admit(std::string_view authorization, ports::Done<std::expected<Principal, Problem>> done) {
  if (authorization.empty())
    return done(std::unexpected(unauthorized("Send `Authorization: Bearer ctr_…`.")));
  if (!has_scheme(authorization, "bearer"))
    return done(std::unexpected(unauthorized("Only the Bearer scheme is spoken here.")));
  authorization.remove_prefix(7);
  if (!crypto::looks_like_api_token(authorization))
    return done(std::unexpected(unauthorized("This is not a complete access token.")));
  const ota::Digest digest = crypto::hash_api_token(authorization);
  known_->get([this, known = std::weak_ptr(known_), digest,
               done = std::move(done)](Result<Refreshed<Known>::Shared> first) mutable {
    if (!first) return done(std::unexpected(to_problem(first.error())));
    const auto tokens = known.lock();
    if ((*first)->contains(digest) || !tokens) return done(judge(**first, digest, time_.now()));
    tokens->get_newer_than(kSecondLookAge, [this, digest, done = std::move(done)](
                                               Result<Refreshed<Known>::Shared> second) mutable {
      if (!second) return done(std::unexpected(to_problem(second.error())));
      done(judge(**second, digest, time_.now()));
    });
  });
}

}  // namespace contactor::api
