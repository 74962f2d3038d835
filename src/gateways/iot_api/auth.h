#pragma once

#include "gateways/oauth/token_source.h"
#include "ports/http.h"

namespace contactor::gateways::iot_api {

/// Sends with the access token. A 401 renews the token and repeats the request once: every call of this API
/// may be repeated, configure because its command id makes it idempotent.
/// @param may_begin  asked before each request leaves; null: it may
/// @errors  exhausted, applied = no: it might not begin; of the token (`applied` = no), else of the transport.
void send_authorized(oauth::TokenSource& tokens, ports::HttpTransport& transport, ports::HttpRequest request,
                     std::function<bool()> may_begin, ports::Done<Result<ports::HttpResponse>> done);

}  // namespace contactor::gateways::iot_api
