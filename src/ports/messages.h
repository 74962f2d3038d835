#pragma once

#include <string>

#include "ports/http.h"

namespace contactor::ports {

struct MailMessage {
  std::string message_id;  ///< the same on every repeat, so that receivers can drop doubles
  std::string to;
  std::string to_name;
  std::string subject;
  std::string text;  ///< plain text, LF line ends
  std::string html;
};

/// @errors for both channels: invalid (this recipient or message will never work), unauthorized,
/// rate_limited, unavailable,
///         timed_out; `applied` = maybe once the body was handed over and no answer came.
class Mail {
 public:
  virtual ~Mail() = default;
  virtual void send(MailMessage message, Instant respond_by, Done<Status> done) = 0;
};

struct PushMessage {
  std::string device_token;
  std::string title;
  std::string body;
  std::string collapse_key;  ///< the same on every repeat
};

class Push {
 public:
  virtual ~Push() = default;
  virtual void send(PushMessage message, Instant respond_by, Done<Status> done) = 0;
};

}  // namespace contactor::ports
