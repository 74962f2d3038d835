#include "api/tokens.h"

#include <array>
#include <cstring>

#include "crypto/token.h"

namespace contactor::api {

void make_token(ports::Store& store, ports::Entropy& entropy, Instant now, TokenRequest request,
                ports::Done<Result<NewToken>> done) {
  std::array<std::uint8_t, 32> random{};
  for (std::size_t i = 0; i < random.size(); i += 8) {
    const std::uint64_t word = entropy.next();
    std::memcpy(random.data() + i, &word, 8);
  }
  NewToken made{.id = TokenId(static_cast<std::int64_t>(entropy.next() >> 1)),
                .text = crypto::make_api_token(random)};
  ports::ApiToken row{.id = made.id,
                      .name = std::move(request.name),
                      .role = std::move(request.role),
                      .client = std::move(request.client),
                      .digest = crypto::hash_api_token(made.text),
                      .created_at = now,
                      .expires_at = now + request.expires,
                      .revoked_at = {}};
  store.put_token(std::move(row), [made = std::move(made), done = std::move(done)](Status stored) mutable {
    if (!stored) return done(std::unexpected(std::move(stored.error())));
    done(std::move(made));
  });
}

}  // namespace contactor::api
