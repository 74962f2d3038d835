#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>

#include "api/http.h"
#include "server/head_check.h"

namespace contactor::server {

enum class BodyForm : std::uint8_t { whole, chunks, until_close };

struct ResponseForm {
  bool is_head = false;             ///< the body is counted but not sent
  bool close = false;               ///< the connection ends after this response
  BodyForm body = BodyForm::whole;  ///< of a stream nothing but the head is appended
  std::time_t now = 0;
};

/// Appends the bytes of a response. Headers that would break it, or that the server sets itself, are left
/// away.
void append_response(std::string& out, const api::Response& response, const ResponseForm& form);
void append_chunk(std::string& out, std::string_view data);
/// `application/problem+json` with the type `urn:contactor:problem:<type>`, as the API spells it.
[[nodiscard]] api::Response problem(const Refusal& refusal);

}  // namespace contactor::server
