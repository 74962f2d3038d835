#pragma once

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "ports/tesla_owner.h"

namespace contactor::gateways::tesla::individual::testing {

/// What owners entrusted to us, in memory: tokens that are kept are there at once, unless keeping is broken.
class FakeConsents : public ports::OwnerConsents {
 public:
  using Owner = std::optional<ports::TeslaOwner>;

  void read(Vin vin, ports::Done<Result<Owner>> done) override { done(find(vin)); }
  void borrow(Vin vin, ports::Done<Result<Owner>> done) override {
    if (!borrowed.insert(vin).second) return done(fail(ErrorKind::conflict, "consents", "it is borrowed"));
    done(find(vin));
  }
  void keep(Vin vin, ports::OwnerTokens tokens, ports::Done<Status> done) override {
    CTR_ASSERT(borrowed.contains(vin));
    if (is_broken) return done(fail(ErrorKind::exhausted, "consents", "the disk is full"));
    owners[vin].code = Secret();
    owners[vin].tokens = tokens;
    kept.push_back(std::move(tokens));
    done({});
  }
  void drop_code(Vin vin, ports::Done<Status> done) override {
    CTR_ASSERT(borrowed.contains(vin));
    owners[vin].code = Secret();
    done({});
  }
  void give_back(Vin vin) override { borrowed.erase(vin); }

  struct Entry {
    ports::TeslaRegion region = ports::TeslaRegion::europe;
    Secret code;
    std::optional<ports::OwnerTokens> tokens;
  };
  std::map<Vin, Entry> owners;
  std::set<Vin> borrowed;
  std::vector<ports::OwnerTokens> kept;
  bool is_broken = false;

 private:
  Owner find(const Vin& vin) {
    const auto found = owners.find(vin);
    if (found == owners.end()) return std::nullopt;
    return ports::TeslaOwner{.vin = vin,
                             .region = found->second.region,
                             .code = found->second.code,
                             .redirect_uri = "https://fleet.example.test/callback",
                             .tokens = found->second.tokens};
  }
};

}  // namespace contactor::gateways::tesla::individual::testing
