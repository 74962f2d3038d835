#pragma once

#include <string>

#include "ports/store.h"
#include "ports/timekeeper.h"

namespace contactor::api {

struct TokenRequest {
  std::string name;
  std::string role;
  std::string client;
  Millis expires = std::chrono::hours(24 * 90);
};
struct NewToken {
  TokenId id;
  std::string text;  ///< the only time it is known
};
/// Makes an API token from 256 random bits and stores its hash.
void make_token(ports::Store& store, ports::Entropy& entropy, Instant now, TokenRequest request,
                ports::Done<Result<NewToken>> done);

}  // namespace contactor::api
