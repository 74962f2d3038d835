#pragma once

#include <string>
#include <string_view>

#include "api/json_forward.h"
#include "app/store_session.h"

namespace contactor::app {

// How commands ask the API: requests, and answers whose refusals are errors.

[[nodiscard]] api::Request get(std::string target, std::string_view accept = "application/json");
/// @param key  the Idempotency-Key; empty: none.
[[nodiscard]] api::Request post(std::string target, const boost::json::object& body,
                                std::string_view key = {});
[[nodiscard]] api::Request post(std::string target);

/// @errors  those of the session, and every refusal as one sentence with everything that was wrong.
[[nodiscard]] Result<std::string> ask(StoreSession& session, api::Request request);
[[nodiscard]] Result<boost::json::object> ask_document(StoreSession& session, api::Request request);

/// A member's text; empty where there is none.
[[nodiscard]] std::string_view text_at(const boost::json::object& document, std::string_view key);
void print_document(const boost::json::object& document);
/// Prints the error. @return the contract's exit status.
int complain(const Error& error);

}  // namespace contactor::app
