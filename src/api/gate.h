#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "api/principal.h"
#include "api/problem.h"
#include "api/refreshed.h"
#include "ports/store.h"

namespace contactor::api {

/// Tells who asks. Access tokens are looked up by their digest, so that neither store nor memory holds one,
/// and the time of a look-up says nothing about how much of a guess was right.
class Gate {
 public:
  Gate(ports::Store& store, ports::Timekeeper& time);

  /// @param authorization  the header's value.
  /// @errors  a ready Problem: 401, or 503 where the store cannot say. A revoked token is refused after at
  /// most a second.
  void admit(std::string_view authorization, ports::Done<std::expected<Principal, Problem>> done);
  /// The tokens were changed: the next request looks at them anew.
  void forget() { known_->drop(); }

 private:
  struct DigestHash {
    std::size_t operator()(const ota::Digest& digest) const;
  };
  using Known = std::unordered_map<ota::Digest, ports::ApiToken, DigestHash>;

  [[nodiscard]] static std::expected<Principal, Problem> judge(const Known& known, const ota::Digest& digest,
                                                               Instant now);

  ports::Timekeeper& time_;
  std::shared_ptr<Refreshed<Known>> known_;
};

}  // namespace contactor::api
