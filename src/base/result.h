#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include "base/instant.h"

namespace contactor {

/// Did the call that failed change the world? `maybe` is looked up, never repeated blindly.
enum class Applied : std::uint8_t { no, maybe, yes };

/// What kind of failure this is, named by what the caller can do about it.
enum class ErrorKind : std::uint8_t {
  invalid,        ///< the input is wrong; repeating it cannot help
  not_found,      ///< no such thing
  conflict,       ///< the state of the thing forbids it, or a fence refused a stale write
  unauthorized,   ///< credentials missing, wrong or without the right
  rate_limited,   ///< asked too often; `retry_after` says when again, if it was told
  unavailable,    ///< the other side cannot be reached or says it is broken
  timed_out,      ///< no answer in time
  protocol,       ///< an answer came and makes no sense
  exhausted,      ///< a limit of ours: queue full, disk full, too many connections
  canceled,       ///< given up by us: shutdown or a newer wish
  elsewhere,      ///< another node answers this: the one that holds the error's shard
  internal,       ///< a defect or a broken machine
};

[[nodiscard]] std::string_view to_string(ErrorKind kind);
[[nodiscard]] std::string_view to_string(Applied applied);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  Applied applied = Applied::no;
  std::optional<Millis> retry_after;
  std::string origin;  ///< which part speaks: "iot_api", "store", "config"
  std::string detail;  ///< one sentence for people; never a secret, never a full VIN
  std::uint8_t shard = 0;  ///< where the kind is `elsewhere`

  [[nodiscard]] std::string message() const;
};

/// `std::expected` with a `[[nodiscard]]` class of its own, so that a dropped outcome is a warning everywhere.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
 public:
  using std::expected<T, Error>::expected;
};

using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(Error error) { return std::unexpected<Error>(std::move(error)); }
[[nodiscard]] std::unexpected<Error> fail(ErrorKind kind, std::string_view origin, std::string detail);

[[noreturn]] void assertion_failed(const char* expression, std::source_location where);

}  // namespace contactor

/// Declares `name` from a Result or returns its error from the enclosing function.
#define CTR_TRY(name, expression)                                        \
  auto name##_or_error = (expression);                                   \
  if (!name##_or_error) return std::unexpected(std::move(name##_or_error.error())); \
  auto name = std::move(*name##_or_error)

/// Returns the error of a `Status` from the enclosing function.
#define CTR_CHECK(expression)                                            \
  do {                                                                   \
    if (auto ctr_status = (expression); !ctr_status) return std::unexpected(std::move(ctr_status.error())); \
  } while (false)

/// A broken invariant ends the process, in release too: the ledger makes a restart safe.
#define CTR_ASSERT(expression)                                           \
  do {                                                                   \
    if (!(expression)) [[unlikely]]                                      \
      ::contactor::assertion_failed(#expression, std::source_location::current()); \
  } while (false)
