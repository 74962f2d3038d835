#include "gateways/fcm/gateway.h"

#include "gateways/fcm/wire.h"
#include "ports/url_encoding.h"

namespace contactor::gateways::fcm {
namespace {

std::string url_of(const GatewayParams& params) {
  std::string_view base = params.api_url;
  if (base.ends_with('/')) base.remove_suffix(1);
  const std::string& project = params.project.empty() ? params.account.project_id : params.project;
  return fmt::format("{}/v1/projects/{}/messages:send", base, ports::percent_encode(project));
}

}  // namespace

struct Gateway::Call {
  std::string body;
  Instant respond_by;
  ports::Done<Status> done;
  bool repeats_on_401 = true;  // a refused login has sent nothing, so the repeat is safe
};

Gateway::Gateway(GatewayParams params)
    : transport_(params.transport),
      timekeeper_(params.timekeeper),
      url_(url_of(params)),
      tokens_({.transport = params.transport,
               .timekeeper = params.timekeeper,
               .grant_request = service_account_grant(std::move(params.account))}) {}

void Gateway::send(ports::PushMessage message, Instant respond_by, ports::Done<Status> done) {
  if (message.device_token.empty())
    return done(fail(ErrorKind::invalid, "fcm", "a push message without its device"));
  attempt(std::make_unique<Call>(
      Call{.body = message_body(message), .respond_by = respond_by, .done = std::move(done)}));
}

void Gateway::attempt(std::unique_ptr<Call> call) {
  const Instant respond_by = call->respond_by;
  tokens_.with_token(respond_by, [this, call = std::move(call)](Result<oauth::AccessToken> token) mutable {
    if (!token) return call->done(fail(std::move(token.error())));
    send_with(std::move(call), std::move(*token));
  });
}

void Gateway::send_with(std::unique_ptr<Call> call, oauth::AccessToken token) {
  ports::HttpRequest request{.method = "POST",
                             .url = url_,
                             .headers = {{"Content-Type", "application/json; charset=utf-8"},
                                         {"Authorization", "Bearer " + token.value.reveal()}},
                             .body = call->body,
                             .respond_by = call->respond_by};
  transport_.send(std::move(request), [this, call = std::move(call),
                                       token = std::move(token)](Result<ports::HttpResponse> answer) mutable {
    if (!answer) return call->done(fail(std::move(answer.error())));
    if (answer->status != 401 || !call->repeats_on_401)
      return call->done(read_answer(*answer, timekeeper_.now()));
    call->repeats_on_401 = false;
    tokens_.invalidate(token);
    attempt(std::move(call));
  });
}

}  // namespace contactor::gateways::fcm
