#include "engine/charging_delivery/client_desk.h"

#include <array>
#include <cstring>

#include "crypto/encoding.h"
#include "crypto/token.h"
#include "engine/charging_delivery/deliverer.h"
#include "engine/charging_delivery/message.h"

namespace contactor::engine {
namespace {

constexpr Millis kOverlap = std::chrono::hours(24);
constexpr Millis kTokenLasts = std::chrono::hours(24 * 365);
constexpr std::size_t kReplayedAtOnce = 1000;

using Random = std::array<std::uint8_t, 32>;

Random random_bytes(ports::Entropy& entropy) {
  Random bytes{};
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    const std::uint64_t word = entropy.next();
    std::memcpy(bytes.data() + i, &word, 8);
  }
  return bytes;
}

std::string hex_of(const ota::Digest& digest) { return crypto::to_hex(crypto::bytes_of(digest)); }

/// The row of that id, or not_found.
template <class Model>
void find_one(ports::ChargingStore& store, charging::IdOf<Model> id, ports::Done<Result<Model>> done) {
  store.of<Model>().find({id}, [id, done = std::move(done)](Result<std::vector<Model>> found) mutable {
    if (!found) return done(std::unexpected(std::move(found.error())));
    if (found->empty())
      return done(fail(ErrorKind::not_found, "charging",
                       "no " + std::string(charging::Table<Model>::title) + " is called " + id.str()));
    done(std::move(found->front()));
  });
}

}  // namespace

void ClientDesk::wake() {
  if (params_.deliverer != nullptr) params_.deliverer->wake();
}

// -- tokens -----------------------------------------------------------------------------------------------

void ClientDesk::issue_token(charging::IdOf<charging::Client> id, ports::Done<Result<IssuedToken>> done) {
  find_one<charging::Client>(
      params_.store, std::move(id), [this, done = std::move(done)](Result<charging::Client> client) mutable {
        if (!client) return done(std::unexpected(std::move(client.error())));
        const Instant now = params_.time.now();
        IssuedToken issued{.id = TokenId(static_cast<std::int64_t>(params_.entropy.next() >> 1)),
                           .text = crypto::make_api_token(random_bytes(params_.entropy)),
                           .previous_until = {}};
        client->previous_token_hash = client->token_hash;
        client->previous_token_until.reset();
        if (client->token_hash) client->previous_token_until = now + kOverlap;
        client->token_hash = hex_of(crypto::hash_api_token(issued.text));
        issued.previous_until = client->previous_token_until;
        // The row first: it refuses whoever rotates at the same time, before any token changes.
        const auto base = client->updated_at;
        params_.store.editable<charging::Client>().put(
            std::move(*client), base, now,
            [this, issued = std::move(issued),
             done = std::move(done)](Result<charging::Client> stored) mutable {
              if (!stored) return done(std::unexpected(std::move(stored.error())));
              put_tokens(std::move(*stored), std::move(issued), std::move(done));
            });
      });
}

void ClientDesk::put_tokens(charging::Client client, IssuedToken issued,
                            ports::Done<Result<IssuedToken>> done) {
  params_.tokens.tokens([this, client = std::move(client), issued = std::move(issued),
                         done = std::move(done)](Result<std::vector<ports::ApiToken>> tokens) mutable {
    if (!tokens) return done(std::unexpected(std::move(tokens.error())));
    const Instant now = params_.time.now();
    for (auto& token : *tokens) {
      const bool is_its = token.client == client.id.str() && token.role == "service" && !token.revoked_at;
      if (!is_its || token.expires_at <= now) continue;
      if (client.previous_token_hash == hex_of(token.digest))
        token.expires_at = std::min(token.expires_at, now + kOverlap);
      else
        token.revoked_at = now;
      // The new one waits for none of these: the store keeps their order.
      params_.tokens.put_token(std::move(token), [](const Status&) {});
    }
    ports::ApiToken row{.id = issued.id,
                        .name = client.name,
                        .role = "service",
                        .client = client.id.str(),
                        .digest = crypto::hash_api_token(issued.text),
                        .created_at = now,
                        .expires_at = now + kTokenLasts,
                        .revoked_at = {}};
    params_.tokens.put_token(std::move(row),
                             [issued = std::move(issued), done = std::move(done)](Status stored) mutable {
                               if (!stored) return done(std::unexpected(std::move(stored.error())));
                               done(std::move(issued));
                             });
  });
}

// -- subscriptions ----------------------------------------------------------------------------------------

void ClientDesk::change_link(charging::IdOf<Link> id, std::move_only_function<Status(Link&)> change,
                             ports::Done<Result<Link>> done) {
  find_one<Link>(params_.store, std::move(id),
                 [this, change = std::move(change), done = std::move(done)](Result<Link> link) mutable {
                   if (!link) return done(std::unexpected(std::move(link.error())));
                   const auto base = link->updated_at;
                   if (auto changed = change(*link); !changed)
                     return done(std::unexpected(std::move(changed.error())));
                   params_.store.editable<Link>().put(std::move(*link), base, params_.time.now(),
                                                      std::move(done));
                 });
}

void ClientDesk::rotate_secret(charging::IdOf<Link> id, ports::Done<Result<IssuedSecret>> done) {
  const auto bytes = random_bytes(params_.entropy);
  const std::string_view raw(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  IssuedSecret issued{.secret = Secret("whsec_" + crypto::to_base64(raw)), .previous_until = {}};
  const auto context = [name = id.str()](std::string_view member) {
    return seal_context("client_service", name, member);
  };
  const Instant until = params_.time.now() + kOverlap;
  auto kept = std::make_shared<IssuedSecret>(std::move(issued));
  change_link(
      std::move(id),
      [this, kept, context, until](Link& link) -> Status {
        link.previous_signing_secret.reset();
        link.previous_signing_secret_until.reset();
        if (link.signing_secret) {
          CTR_TRY(old, params_.vault.open(link.signing_secret->reveal(), context("signing_secret")));
          link.previous_signing_secret =
              Secret(params_.vault.seal(old.reveal(), context("previous_signing_secret")));
          link.previous_signing_secret_until = until;
        }
        kept->previous_until = link.previous_signing_secret_until;
        link.signing_secret = Secret(params_.vault.seal(kept->secret.reveal(), context("signing_secret")));
        return {};
      },
      [this, kept, done = std::move(done)](Result<Link> stored) mutable {
        if (!stored) return done(std::unexpected(std::move(stored.error())));
        wake();
        done(std::move(*kept));
      });
}

void ClientDesk::pause(charging::IdOf<Link> id, ports::Done<Status> done) {
  change_link(
      std::move(id),
      [](Link& link) -> Status {
        link.active = false;
        return {};
      },
      [this, done = std::move(done)](Result<Link> stored) mutable {
        if (!stored) return done(std::unexpected(std::move(stored.error())));
        wake();
        done({});
      });
}

void ClientDesk::resume(charging::IdOf<Link> id, ports::Done<Status> done) {
  change_link(
      std::move(id),
      [](Link& link) -> Status {
        link.active = true;
        return {};
      },
      [this, done = std::move(done)](Result<Link> stored) mutable {
        if (!stored) return done(std::unexpected(std::move(stored.error())));
        params_.store.put_health(stored->id, {}, "", [this, done = std::move(done)](Status cleared) mutable {
          wake();
          done(std::move(cleared));
        });
      });
}

void ClientDesk::replay(ports::DeliveryReplay what, ports::Done<Result<std::size_t>> done) {
  what.limit = kReplayedAtOnce;
  struct Walk {
    ports::DeliveryReplay what;
    ports::Done<Result<std::size_t>> done;
    std::size_t moved = 0;
  };
  const auto walk = std::make_shared<Walk>(Walk{.what = std::move(what), .done = std::move(done)});
  if (walk->what.at == Instant()) walk->what.at = params_.time.now();
  const auto step = std::make_shared<std::function<void()>>();
  *step = [this, walk, weak = std::weak_ptr(step)] {
    params_.store.replay(walk->what,
                         [this, walk, next = weak.lock()](Result<ports::DeliveriesReplayed> page) {
                           if (!page) return walk->done(std::unexpected(std::move(page.error())));
                           walk->moved += page->moved;
                           walk->what.cursor = page->next;
                           if (!page->next.empty()) return (*next)();
                           wake();
                           walk->done(walk->moved);
                         });
  };
  (*step)();
}

}  // namespace contactor::engine
