#pragma once

#include <cstdint>
#include <string>

#include "ports/http.h"

namespace contactor::world {

/// What becomes of one exchange between the world and us.
enum class Fate : std::uint8_t {
  delivered,
  lost_before,  ///< the request never arrived
  lost_after,   ///< the other side acted, its answer is lost
  hang,         ///< it arrived, perhaps was acted on, and no answer ever comes
};

/// What a foreign system does with one request.
struct Reply {
  ports::HttpResponse response;  ///< what was, or would have been, answered
  Instant at;                    ///< when the answer is there; the moment of loss for the two lost fates
  Fate fate = Fate::delivered;
};

/// One request that the world makes itself: a callback or a payment event.
struct Outgoing {
  std::uint64_t id = 0;  ///< to be handed back to `World::outgoing_ended`
  ports::HttpRequest request;
  Instant at;
  Fate fate =
      Fate::delivered;  ///< `delivered`, or `lost_after`: deliver it, the world will not see the answer
};

[[nodiscard]] ports::HttpResponse json_response(int status, std::string body);
[[nodiscard]] ports::HttpResponse html_response(int status, std::string_view title);
/// Appends `text` as a JSON string, quotes included; what is not UTF-8 was refused by the parser before.
void append_quoted(std::string& out, std::string_view text);
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace contactor::world
