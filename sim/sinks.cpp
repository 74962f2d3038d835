#include "sinks.h"

#include <fmt/format.h>

#include "json/json.h"

namespace contactor::sim {
namespace {

Status failure(ErrorKind kind, Applied applied, std::string detail) {
  return fail(
      {.kind = kind, .applied = applied, .retry_after = {}, .origin = "sink", .detail = std::move(detail)});
}

Status status_of_mail(const world::MailReply& reply) {
  if (reply.first == 0)
    return failure(ErrorKind::unavailable, Applied::maybe, "the connection broke after the data");
  if (reply.first < 400) return {};
  return failure(reply.first < 500 ? ErrorKind::unavailable : ErrorKind::invalid, Applied::no, reply.second);
}

Status status_of_push(const world::Reply& reply) {
  if (reply.fate != world::Fate::delivered) return failure(ErrorKind::timed_out, Applied::maybe, "no answer");
  const int status = reply.response.status;
  if (status < 300) return {};
  if (status == 429) return failure(ErrorKind::rate_limited, Applied::no, "slow down");
  return failure(status < 500 ? ErrorKind::invalid : ErrorKind::unavailable, Applied::no,
                 fmt::format("status {}", status));
}

}  // namespace

void MailSink::send(ports::MailMessage message, Instant, ports::Done<Status> done) {
  if (!life_->alive || universe_.crashes(Fault::crash_before_effect, life_)) return;
  const std::string_view id = message.message_id;
  universe_.observer->notice_sent(id.substr(0, id.find('@')));
  universe_.note(message.message_id);
  const std::string raw =
      fmt::format("Message-ID: {}\nSubject: {}\n\n{}", message.message_id, message.subject, message.text);
  const auto reply =
      universe_.world.deliver_mail("noreply@example.org", message.to, raw, universe_.clock.now());
  if (universe_.crashes(Fault::crash_after_effect, life_)) return;
  universe_.clock.plan(universe_.clock.now() + universe_.between(Millis(20), Millis(900)), life_,
                       [reply, done = std::move(done)]() mutable { done(status_of_mail(reply)); });
}

bool PushSink::sign_in() {
  if (!access_.empty()) return true;
  const auto reply = universe_.world.handle(
      {.method = "POST",
       .url = "http://world.test/fcm-auth/token",
       .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
       .body = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=a.b.c"},
      universe_.clock.now());
  const auto document = json::parse(reply.response.body);
  const auto* const body = document ? document->if_object() : nullptr;
  if (body != nullptr) access_ = json::string_at(*body, "access_token").value_or("");
  return !access_.empty();
}

void PushSink::send(ports::PushMessage message, Instant, ports::Done<Status> done) {
  if (!life_->alive || universe_.crashes(Fault::crash_before_effect, life_)) return;
  Status status = failure(ErrorKind::unavailable, Applied::no, "signing in failed");
  if (sign_in()) {
    universe_.observer->notice_sent(message.collapse_key);
    json::object notification{{"title", message.title}, {"body", message.body}};
    json::object body{
        {"message", json::object{{"token", message.device_token},
                                 {"notification", std::move(notification)},
                                 {"android", json::object{{"collapse_key", message.collapse_key}}}}}};
    status =
        status_of_push(universe_.world.handle({.method = "POST",
                                               .url = "http://world.test/fcm/v1/projects/sim/messages:send",
                                               .headers = {{"Authorization", "Bearer " + access_}},
                                               .body = json::serialize(body)},
                                              universe_.clock.now()));
    if (universe_.crashes(Fault::crash_after_effect, life_)) return;
  }
  universe_.clock.plan(
      universe_.clock.now() + universe_.between(Millis(30), Millis(200)), life_,
      [status = std::move(status), done = std::move(done)]() mutable { done(std::move(status)); });
}

}  // namespace contactor::sim
