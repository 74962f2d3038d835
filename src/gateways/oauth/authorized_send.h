#pragma once

#include <functional>

#include "gateways/oauth/token_source.h"
#include "ports/http.h"

namespace contactor::gateways::oauth {

/// Sends with the access token as bearer. A 401 renews the token and repeats the request once, so the request
/// must be one that may be repeated.
/// @param may_begin  asked before each request leaves; null: it may
/// @errors  exhausted, applied = no: it might not begin; of the token (`applied` = no), else of the
/// transport.
void send_authorized(TokenSource& tokens, ports::HttpTransport& transport, ports::HttpRequest request,
                     std::function<bool()> may_begin, ports::Done<Result<ports::HttpResponse>> done);

}  // namespace contactor::gateways::oauth
