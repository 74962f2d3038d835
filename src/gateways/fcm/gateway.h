#pragma once

#include <string>

#include "gateways/fcm/service_account.h"
#include "gateways/oauth/token_source.h"
#include "ports/messages.h"
#include "ports/timekeeper.h"

namespace contactor::gateways::fcm {

struct GatewayParams {
  ports::HttpTransport& transport;
  ports::Timekeeper& timekeeper;
  std::string api_url = "https://fcm.googleapis.com";
  std::string project;  ///< the service account's own where empty
  ServiceAccount account;
};

/// Push messages. Thread: the engine's. Must outlive its transport's calls.
class Gateway : public ports::Push {
 public:
  explicit Gateway(GatewayParams params);
  void send(ports::PushMessage message, Instant respond_by, ports::Done<Status> done) override;

 private:
  struct Call;
  void attempt(std::unique_ptr<Call> call);
  void send_with(std::unique_ptr<Call> call, oauth::AccessToken token);

  ports::HttpTransport& transport_;
  ports::Timekeeper& timekeeper_;
  std::string url_;
  oauth::TokenSource tokens_;
};

}  // namespace contactor::gateways::fcm
