#pragma once

#include <string>
#include <string_view>

#include "server/smtp_sink.h"

namespace contactor::server {

/// One client's conversation, without any socket: bytes in, replies out.
class SmtpDialogue {
 public:
  SmtpDialogue(const SmtpSink::Options& options, SmtpSink::OnMail& on_mail)
      : options_(options), on_mail_(on_mail) {}

  [[nodiscard]] static std::string_view greeting() { return "220 contactor ESMTP\r\n"; }
  /// Takes what arrived and appends the replies to it.
  void take(std::string_view bytes, std::string& out);
  [[nodiscard]] bool is_over() const { return over_; }

 private:
  void take_line(std::string_view line, std::string& out);
  void take_data_line(std::string_view line, std::string& out);
  void take_command(std::string_view line, std::string& out);
  void take_sender(std::string_view argument, std::string& out);
  void take_recipient(std::string_view argument, std::string& out);
  void begin_data(std::string& out);
  void end_data(std::string& out);
  void reset();

  const SmtpSink::Options& options_;
  SmtpSink::OnMail& on_mail_;
  std::string line_;
  ReceivedMail mail_;
  bool greeted_ = false;
  bool has_sender_ = false;
  bool in_data_ = false;
  bool too_large_ = false;
  bool over_ = false;
};

}  // namespace contactor::server
