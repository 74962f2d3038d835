#pragma once

#include <memory>

#include "app/config.h"
#include "engine/engine.h"
#include "gateways/fcm/gateway.h"
#include "gateways/iot_api/gateway.h"
#include "gateways/shop/gateway.h"
#include "gateways/smtp/gateway.h"
#include "gateways/stripe/gateway.h"
#include "http_client/tls_files.h"
#include "task/loop.h"

namespace contactor::app {

/// Every foreign system that the configuration names, each behind its port. The one place that lists them.
struct Upstreams {
  std::unique_ptr<gateways::iot_api::Gateway> iot;
  std::unique_ptr<gateways::stripe::Gateway> stripe;
  std::unique_ptr<gateways::shop::Gateway> shop;
  std::unique_ptr<gateways::smtp::Gateway> mail;
  std::unique_ptr<gateways::fcm::Gateway> push;
};

/// What the transport of the IoT path trusts, and how it shows itself.
[[nodiscard]] http_client::TlsFiles tls_of_iot(const Config& config);

struct UpstreamParts {
  task::Loop& loop;
  ports::Timekeeper& time;
  ports::HttpTransport& hot;   ///< the IoT path
  ports::HttpTransport& slow;  ///< everything else
};

/// @errors  invalid: a credential file that cannot be used, an SMTP URL that is none.
[[nodiscard]] Result<Upstreams> make_upstreams(const Config& config, UpstreamParts parts);

}  // namespace contactor::app
