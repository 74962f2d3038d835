#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/vault.h"
#include "ports/charging_store.h"
#include "ports/store.h"
#include "ports/timekeeper.h"

namespace contactor::engine {

class Deliverer;

/// What a client is told once.
struct IssuedToken {
  TokenId id;
  std::string text;
  std::optional<Instant> previous_until;  ///< until when the token before is valid too
};
struct IssuedSecret {
  Secret secret;                          ///< `whsec_…`
  std::optional<Instant> previous_until;  ///< until when messages are signed with the one before too
};

/// What is done to clients and their subscriptions beside editing their rows. Thread: the engine's.
/// @errors everywhere: not_found; conflict where the row was changed by somebody else meanwhile.
class ClientDesk {
 public:
  struct Params {
    ports::ChargingStore& store;
    ports::Store& tokens;
    ports::Timekeeper& time;
    ports::Entropy& entropy;
    const Vault& vault;
    Deliverer* deliverer = nullptr;  ///< null: nothing is delivered by this process
  };
  explicit ClientDesk(Params params) : params_(params) {}

  /// Two tokens are valid for a day: this one and the one before. Older ones end now.
  void issue_token(charging::IdOf<charging::Client> id, ports::Done<Result<IssuedToken>> done);
  /// For a day every message is signed with both secrets, so that the client may change when it likes.
  void rotate_secret(charging::IdOf<charging::ClientService> id, ports::Done<Result<IssuedSecret>> done);
  /// What comes meanwhile is kept.
  void pause(charging::IdOf<charging::ClientService> id, ports::Done<Status> done);
  /// Also one that was disabled, or has answered 410: it begins anew.
  void resume(charging::IdOf<charging::ClientService> id, ports::Done<Status> done);
  /// Sends again what is named; everything, not only a page. @return how many.
  void replay(ports::DeliveryReplay what, ports::Done<Result<std::size_t>> done);
  /// The newest first.
  void attempts(charging::IdOf<charging::EventLog> id, std::size_t limit,
                ports::Done<Result<std::vector<ports::DeliveryAttempt>>> done) {
    params_.store.attempts(std::move(id), limit, std::move(done));
  }

 private:
  using Link = charging::ClientService;
  void put_tokens(charging::Client client, IssuedToken issued, ports::Done<Result<IssuedToken>> done);
  void change_link(charging::IdOf<Link> id, std::move_only_function<Status(Link&)> change,
                   ports::Done<Result<Link>> done);
  void wake();

  Params params_;
};

}  // namespace contactor::engine
