#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "task/loop.h"

namespace contactor::server {

struct ReceivedMail {
  std::string from;
  std::vector<std::string> to;
  std::string data;  ///< as sent, with leading dots restored; lines end in CRLF
};

struct SmtpReply {
  int code = 250;
  std::string text = "OK";
};

/// A mail server that hands every message to a callback: where the demo and the tests send their mail.
class SmtpSink {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  ///< 0: any free one
    std::size_t message_bytes_max = 1024 * 1024;
    std::size_t recipients_max = 100;
    std::size_t connections_max = 50;
    Millis idle_max{30'000};
  };
  using OnMail = std::move_only_function<SmtpReply(ReceivedMail)>;

  /// @errors  invalid: no such address. unavailable: the port is taken.
  [[nodiscard]] static Result<std::unique_ptr<SmtpSink>> create(task::Loop& loop, OnMail on_mail,
                                                                Options options);
  ~SmtpSink();
  [[nodiscard]] std::uint16_t port() const;

  struct Parts;

 private:
  explicit SmtpSink(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace contactor::server
