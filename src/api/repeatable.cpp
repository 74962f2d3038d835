#include "api/repeatable.h"

#include <fmt/format.h>

#include "api/environment.h"
#include "crypto/crypto.h"
#include "crypto/encoding.h"

namespace contactor::api {
namespace {

void store_and_answer(const KeyedPtr& keyed, int status, std::string body) {
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

Keyed::Keyed(CallPtr asked)
    : call(std::move(asked)),
      route(fmt::format("{} {}", call->route->method, call->route->pattern)),
      key(call->request.header("idempotency-key")),
      digest(crypto::to_hex(
          crypto::bytes_of(crypto::sha256(call->request.target + "\n" + call->request.body)))) {}

KeyedPtr Keyed::take(const CallPtr& call) {
  KeyedPtr keyed(new Keyed(call));
  std::string running = fmt::format("{}\n{}\n{}", call->principal().subject(), keyed->route, keyed->key);
  if (!call->env->keys_in_progress.insert(running).second) {
    call->refuse(key_in_progress());
    return nullptr;
  }
  keyed->running_ = std::move(running);
  return keyed;
}

Keyed::~Keyed() {
  if (!running_.empty()) call->env->keys_in_progress.erase(running_);
}

void Keyed::replay(const ports::IdempotentReply& stored) const {
  if (stored.request_digest != digest) return call->refuse(key_reused());
  call->reply(stored.status, stored.body, {{"Idempotency-Replayed", "true"}});
}

void unless_answered_before(KeyedPtr keyed, std::move_only_function<void()> fresh) {
  const CallPtr& call = keyed->call;
  call->env->store.find_reply(call->principal().subject(), keyed->route, keyed->key,
                              or_refuse<std::optional<ports::IdempotentReply>>(
                                  call, [keyed, fresh = std::move(fresh)](
                                            const std::optional<ports::IdempotentReply>& stored) mutable {
                                    if (stored) return keyed->replay(*stored);
                                    fresh();
                                  }));
}

void answer_once(const CallPtr& call, std::move_only_function<void(AnswerOnce)> work) {
  const KeyedPtr keyed = Keyed::take(call);
  if (!keyed) return;
  unless_answered_before(keyed, [keyed, work = std::move(work)]() mutable {
    work([keyed](int status, std::string body) { store_and_answer(keyed, status, std::move(body)); });
  });
}

}  // namespace contactor::api
