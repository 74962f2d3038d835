#include "gateways/oauth/authorized_send.h"

namespace contactor::gateways::oauth {
namespace {

using Answer = Result<ports::HttpResponse>;

struct Call {
  TokenSource& tokens;
  ports::HttpTransport& transport;
  ports::HttpRequest request;
  std::function<bool()> may_begin;
  ports::Done<Answer> done;
  bool repeats_on_401 = true;
};

void attempt(std::unique_ptr<Call> call);

void finish_or_repeat(std::unique_ptr<Call> call, const AccessToken& token, Answer answer) {
  if (!answer || answer->status != 401 || !call->repeats_on_401) return call->done(std::move(answer));
  call->repeats_on_401 = false;
  call->tokens.invalidate(token);
  attempt(std::move(call));
}

void send_with(std::unique_ptr<Call> call, const AccessToken& token) {
  if (call->may_begin && !call->may_begin())
    return call->done(fail(ErrorKind::exhausted, "oauth", "its time had passed before it could be sent"));
  // The request is kept for the repeat; its copy carries the token.
  auto request = call->request;
  request.headers.push_back({"Authorization", "Bearer " + token.value.reveal()});
  auto& transport = call->transport;
  transport.send(std::move(request), [call = std::move(call), token](Answer answer) mutable {
    finish_or_repeat(std::move(call), token, std::move(answer));
  });
}

void attempt(std::unique_ptr<Call> call) {
  auto& tokens = call->tokens;
  const Instant respond_by = call->request.respond_by;
  tokens.with_token(respond_by, [call = std::move(call)](Result<AccessToken> token) mutable {
    if (!token) return call->done(fail(std::move(token.error())));
    send_with(std::move(call), *token);
  });
}

}  // namespace

void send_authorized(TokenSource& tokens, ports::HttpTransport& transport, ports::HttpRequest request,
                     std::function<bool()> may_begin, ports::Done<Answer> done) {
  attempt(std::make_unique<Call>(Call{.tokens = tokens,
                                      .transport = transport,
                                      .request = std::move(request),
                                      .may_begin = std::move(may_begin),
                                      .done = std::move(done)}));
}

}  // namespace contactor::gateways::oauth
