#include "api/repeatable.h"

#include <fmt/format.h>

#include "api/environment.h"
#include "crypto/crypto.h"
#include "crypto/encoding.h"

namespace contactor::api {
namespace {

/// A request with its key; the key is free again when nobody holds this any more.
struct Keyed {
  explicit Keyed(CallPtr asked)
      : call(std::move(asked)),
        route(fmt::format("{} {}", call->route->method, call->route->pattern)),
        key(call->request.header("idempotency-key")),
        digest(crypto::to_hex(
            crypto::bytes_of(crypto::sha256(call->request.target + "\n" + call->request.body)))),
        running(call->principal().subject() + "\n" + route + "\n" + key) {}
  ~Keyed() {
    if (holds) call->env->keys_in_progress.erase(running);
  }
  Keyed(const Keyed&) = delete;
  Keyed& operator=(const Keyed&) = delete;

  CallPtr call;
  std::string route;
  std::string key;
  std::string digest;
  std::string running;
  bool holds = false;
};

void store_and_answer(const std::shared_ptr<Keyed>& keyed, int status, std::string body) {
  ports::IdempotentReply reply{.principal = keyed->call->principal().subject(),
                               .route = keyed->route,
                               .key = keyed->key,
                               .request_digest = keyed->digest,
                               .status = status,
                               .body = body,
                               .at = keyed->call->env->time.now()};
  keyed->call->env->store.put_reply(std::move(reply),
                                    [keyed, status, body = std::move(body)](Status stored) mutable {
                                      if (!stored) return keyed->call->refuse(stored.error());
                                      keyed->call->reply(status, std::move(body));
                                    });
}

}  // namespace

void answer_once(CallPtr call, std::move_only_function<void(AnswerOnce)> work) {
  auto keyed = std::make_shared<Keyed>(call);
  if (!call->env->keys_in_progress.insert(keyed->running).second) return call->refuse(key_in_progress());
  keyed->holds = true;
  call->env->store.find_reply(
      call->principal().subject(), keyed->route, keyed->key,
      or_refuse<std::optional<ports::IdempotentReply>>(
          call, [keyed, work = std::move(work)](const std::optional<ports::IdempotentReply>& stored) mutable {
            if (!stored)
              return work([keyed](int status, std::string body) {
                store_and_answer(keyed, status, std::move(body));
              });
            if (stored->request_digest != keyed->digest) return keyed->call->refuse(key_reused());
            keyed->call->reply(stored->status, stored->body, {{"Idempotency-Replayed", "true"}});
          }));
}

}  // namespace contactor::api
