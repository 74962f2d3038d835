#include "ports/http_error.h"

#include <fmt/format.h>

#include "ports/retry_after.h"

namespace contactor::ports {

ErrorKind kind_of_status(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorKind::unauthorized;
    case 404:
      return ErrorKind::not_found;
    case 408:
    case 504:
      return ErrorKind::timed_out;
    case 409:
      return ErrorKind::conflict;
    case 429:
      return ErrorKind::rate_limited;
    default:
      break;
  }
  if (status >= 500 && status <= 599) return ErrorKind::unavailable;
  return status >= 400 && status <= 499 ? ErrorKind::invalid : ErrorKind::protocol;
}

Error error_of(const HttpResponse& response, std::string_view origin, std::string_view what, Applied applied,
               Instant now) {
  return {.kind = kind_of_status(response.status),
          .applied = applied,
          .retry_after = parse_retry_after(response.header("Retry-After"), now),
          .origin = std::string(origin),
          .detail = what.empty() ? fmt::format("answered {}", response.status)
                                 : fmt::format("answered {}: {}", response.status, what.substr(0, 200))};
}

}  // namespace contactor::ports
