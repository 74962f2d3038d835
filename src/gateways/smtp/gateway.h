#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/secret.h"
#include "gateways/smtp/mime.h"
#include "gateways/smtp/session.h"
#include "ports/messages.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::smtp {

/// Runs an action on the engine's thread. Called from the mail thread.
using Post = std::function<void(std::move_only_function<void()>)>;

struct GatewayParams {
  ports::Timekeeper& timekeeper;
  Secret smtp_url;  ///< `SMTP_URL`, see relay.h
  std::string mail_from;
  Post post;
  std::size_t queue_max = 1000;
};

/// Mail by one relay: a bounded queue in front of one thread that keeps its connection.
class Gateway : public ports::Mail {
 public:
  /// @errors  invalid: SMTP_URL or MAIL_FROM.
  [[nodiscard]] static Result<std::unique_ptr<Gateway>> open(GatewayParams params);
  /// Ends the message on its way and answers all that wait with `canceled`. Takes about a second at most.
  ~Gateway() override;
  Gateway(Gateway&&) = delete;

  /// Beyond the port's errors: exhausted (queue full). Without a deadline a message gets two minutes. Thread:
  /// the engine's.
  void send(ports::MailMessage message, Instant respond_by, ports::Done<Status> done) override;

 private:
  struct Job {
    Delivery delivery;
    ports::Done<Status> done;
  };

  Gateway(GatewayParams params, Relay relay, Mailbox from);
  void work();
  /// Waits for the next job; nothing once the gateway closes.
  [[nodiscard]] std::optional<Job> next();
  void answer(ports::Done<Status> done, Status status);

  GatewayParams params_;
  Relay relay_;
  Mailbox from_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::thread thread_;
};

}  // namespace contactor::gateways::smtp
