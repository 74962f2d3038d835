#include "store/postgres/failure.h"

#include <charconv>

#include <fmt/format.h>

namespace contactor::store::postgres {
namespace {

constexpr Millis kSoon(1000);
constexpr Millis kLater(5000);

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text == nullptr ? std::string() : std::string(text);
}

Error error(ErrorKind kind, std::optional<Millis> retry_after, std::string detail) {
  return Error{.kind = kind, .retry_after = retry_after, .origin = "store", .detail = std::move(detail)};
}

}  // namespace

Failure failure_of(const PGresult* result) {
  return Failure{.state = field(result, PG_DIAG_SQLSTATE),
                 .message = field(result, PG_DIAG_MESSAGE_PRIMARY),
                 .detail = field(result, PG_DIAG_MESSAGE_DETAIL)};
}

Failure lost(std::string why) {
  while (!why.empty() && why.back() == '\n') why.pop_back();
  return Failure{.message = std::move(why), .lost = true};
}

bool is_transient(const Failure& failure) { return failure.state == "40001" || failure.state == "40P01"; }

bool is_refusal(const Failure& failure) {
  return failure.state.starts_with("22") || failure.state.starts_with("23");
}

bool is_damage(const Failure& failure) {
  const std::string_view state = failure.state;
  return state.starts_with("58") || state == "XX001" || state == "XX002" || state == "42P01" ||
         state == "42703";
}

bool asks_to_leave(const Failure& failure) {
  return failure.lost || failure.state.starts_with("08") || failure.state.starts_with("57P0") ||
         failure.state == "25006" || failure.state == "25P03";
}

Error error_of(const Failure& failure) {
  const std::string_view state = failure.state;
  if (state == "53300")
    return error(ErrorKind::exhausted, kLater, "the database has too many connections already");
  if (state.starts_with("28"))
    return error(ErrorKind::unauthorized, {},
                 fmt::format("the database does not let us in: {}", failure.message));
  if (state == "3D000") return error(ErrorKind::not_found, {}, failure.message);
  if (failure.lost || state.starts_with("08"))
    return error(ErrorKind::unavailable, kSoon, fmt::format("the database is away: {}", failure.message));
  if (is_refusal(failure))
    return error(ErrorKind::invalid, {},
                 fmt::format("a rule of the database refused the write: {}", failure.message));
  if (state == "53100") return error(ErrorKind::exhausted, kLater, "the database's disk is full");
  if (state.starts_with("53"))
    return error(ErrorKind::exhausted, kLater,
                 fmt::format("the database lacks a resource: {}", failure.message));
  if (state == "25006")
    return error(ErrorKind::unavailable, kLater,
                 "the database is read-only: no primary, or closed for writes");
  if (is_transient(failure))
    return error(ErrorKind::unavailable, kSoon, "others changed the same rows again and again");
  if (state == "55P03")
    return error(ErrorKind::unavailable, kLater, "somebody else holds a lock on the database's tables");
  if (state == "57014")
    return error(ErrorKind::timed_out, kSoon, "the database did not finish the statement in time");
  if (state.starts_with("57P0") || state == "25P03")
    return error(ErrorKind::unavailable, kSoon,
                 fmt::format("the database is going away: {}", failure.message));
  if (state == "42501")
    return error(ErrorKind::unauthorized, {},
                 fmt::format("the database's user lacks a right: {}", failure.message));
  return error(ErrorKind::internal, {}, fmt::format("a statement failed ({}): {}", state, failure.message));
}

std::vector<std::int64_t> missing_in(const Failure& failure) {
  std::vector<std::int64_t> missing;
  const char* at = failure.detail.data();
  const char* const end = at + failure.detail.size();
  while (at < end) {
    std::int64_t id = 0;
    const auto [stop, problem] = std::from_chars(at, end, id);
    if (problem != std::errc()) break;
    missing.push_back(id);
    at = stop + 1;
  }
  return missing;
}

}  // namespace contactor::store::postgres
