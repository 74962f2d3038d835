#include "gateways/smtp/gateway.h"

#include <csignal>

#include "gateways/smtp/session.h"

namespace contactor::gateways::smtp {
namespace {

constexpr Millis kPatience = std::chrono::minutes(2);

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::open(GatewayParams params) {
  CTR_TRY(relay, parse_relay(params.smtp_url.reveal()));
  CTR_TRY(from, parse_mailbox(params.mail_from));
  return std::unique_ptr<Gateway>(new Gateway(std::move(params), std::move(relay), std::move(from)));
}

Gateway::Gateway(GatewayParams params, Relay relay, Mailbox from)
    : params_(std::move(params)),
      relay_(std::move(relay)),
      from_(std::move(from)),
      thread_([this] { work(); }) {}

Gateway::~Gateway() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
  for (Job& job : queue_) answer(std::move(job.done), fail(ErrorKind::canceled, "smtp", "shutting down"));
}

void Gateway::send(ports::MailMessage message, Instant respond_by, ports::Done<Status> done) {
  const Instant now = params_.timekeeper.now();
  auto mail = render_mail(message, from_, now);
  if (!mail) return done(fail(std::move(mail.error())));
  const Millis patience = respond_by.is_never() ? kPatience : std::min(respond_by - now, kPatience);
  Job job{.delivery = {.from = from_.address,
                       .to = std::move(message.to),
                       .mail = std::move(*mail),
                       .respond_by = std::chrono::steady_clock::now() + patience},
          .done = std::move(done)};
  {
    const std::scoped_lock lock(mutex_);
    if (queue_.size() < params_.queue_max) {
      queue_.push_back(std::move(job));
      wake_.notify_one();
      return;
    }
  }
  job.done(fail(ErrorKind::exhausted, "smtp", "too many messages wait"));
}

void Gateway::work() {
  // OpenSSL writes to sockets without guarding against a peer that has gone.
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  Session session(relay_, stopping_);
  while (auto job = next()) answer(std::move(job->done), session.deliver(job->delivery));
}

std::optional<Gateway::Job> Gateway::next() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
  if (stopping_) return std::nullopt;
  Job job = std::move(queue_.front());
  queue_.pop_front();
  return job;
}

void Gateway::answer(ports::Done<Status> done, Status status) {
  params_.post([done = std::move(done), status = std::move(status)]() mutable { done(std::move(status)); });
}

}  // namespace contactor::gateways::smtp
