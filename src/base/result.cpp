#include "base/result.h"

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace contactor {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid: return "invalid";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::conflict: return "conflict";
    case ErrorKind::unauthorized: return "unauthorized";
    case ErrorKind::rate_limited: return "rate_limited";
    case ErrorKind::unavailable: return "unavailable";
    case ErrorKind::timed_out: return "timed_out";
    case ErrorKind::protocol: return "protocol";
    case ErrorKind::exhausted: return "exhausted";
    case ErrorKind::canceled: return "canceled";
    case ErrorKind::elsewhere: return "elsewhere";
    case ErrorKind::internal: return "internal";
  }
  return "internal";
}

std::string_view to_string(Applied applied) {
  switch (applied) {
    case Applied::no: return "no";
    case Applied::maybe: return "maybe";
    case Applied::yes: return "yes";
  }
  return "maybe";
}

std::string Error::message() const { return fmt::format("{}: {} ({})", origin, detail, to_string(kind)); }

std::unexpected<Error> fail(ErrorKind kind, std::string_view origin, std::string detail) {
  return std::unexpected<Error>(
      Error{.kind = kind, .retry_after = {}, .origin = std::string(origin), .detail = std::move(detail)});
}

void assertion_failed(const char* expression, std::source_location where) {
  fmt::print(stderr, "assertion failed: {} at {}:{} in {}\n", expression, where.file_name(), where.line(),
             where.function_name());
  std::fflush(stderr);
  std::abort();
}

}  // namespace contactor
